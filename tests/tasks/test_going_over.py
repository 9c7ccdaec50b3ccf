"""From the other service to this one and back (docs/going-over.md): nothing is lost, and no field changes that no one
has edited.
"""

from contextlib import suppress

import bson
import pytest
from django.core.management import CommandError, call_command

from kernel import clock, db, indexes
from tests.cast import make_person
from tests.conftest import KEPT
from tests.factories import make_clinician
from tests.list_model import Model
from tests.other_service.existing import LARGE, SHARED, begin, fill
from tests.other_service.summaries import CONFIG

pytestmark = [pytest.mark.foreign_documents, pytest.mark.foreign_writes]
SEED = 16
SMALL = 60  # patients of the clinic that elsewhere has 2,000
# Ours, and removed by the return.
DERIVED = {("confirmations", "emailKey")}


@pytest.fixture
def there(request):
    """The database as the other service has left it. Its parameter: the patients of the large clinic."""
    for name in set(db.database().list_collection_names()) - KEPT:
        db.database()[name].delete_many({})
    begin(db.database())
    yield fill(db.database(), seed=SEED, now=clock.now(), large=getattr(request, "param", SMALL))
    for name in SHARED:
        db.database().drop_collection(name)
    indexes.ensure()


def stored():
    """(collection, id) -> field -> its bytes."""
    return {
        (name, document["_id"]): {field: bson.encode({field: v}) for field, v in document.items()}
        for name in SHARED
        for document in db.database()[name].find({})
    }


def changes(before, after):
    """(collection, id, field) that is no longer what it was; a field None where the document has come or gone."""
    changed = {(*place, None) for place in before.keys() ^ after.keys()}
    for place in before.keys() & after.keys():
        old, new = before[place], after[place]
        changed |= {(*place, f) for f in old.keys() | new.keys() if old.get(f) != new.get(f)}
    return changed


def go_over():
    with suppress(CommandError):  # two MRNs are equal but for their case, so an index is missing
        call_command("ensure_indexes", verbosity=0)
    call_command("prepare", verbosity=0)


def test_going_over_changes_nothing_but_what_the_return_removes(there):
    before = stored()
    go_over()
    found = changes(before, stored())
    assert {(collection, field) for collection, _, field in found} <= DERIVED


def test_what_no_one_has_edited_is_the_same_after_the_return(there, backend):
    member = make_person("Lin Member")
    make_clinician(there.lakeside, member, "CLINIC_ADMIN")
    before = stored()
    go_over()
    call_command("check_derived", repair=True, verbosity=0)
    editor = Editor(there, member.api, backend)
    for edit in EDITS:
        edit(editor)
    call_command("prepare_return", verbosity=0)
    after = stored()
    found = changes(before, after)
    new = {(c, i) for c, i, field in found if field is None and (c, i) not in before}
    assert sorted(c for c, _ in new) == ["patient_deletions", "patients"]
    assert {c for c in found if c[:2] not in new} == editor.expected
    assert unknown_fields(new) == []


@pytest.mark.walk
@pytest.mark.parametrize("there", [LARGE], indirect=True)
def test_a_large_clinic_without_counts_goes_over_and_back(there):
    member = make_person("Lin Member")
    make_clinician(there.large, member, "CLINIC_MEMBER")
    root = f"/v1/clinics/{there.large['_id']}"
    before = stored()
    assert ("clinics", there.large["_id"]) in before
    assert "patientCount" not in before["clinics", there.large["_id"]]

    go_over()
    page = member.api.get(f"{root}/patients?limit=50&offset={LARGE - 20}").json()
    assert len(page["data"]) == 20
    assert page["meta"] == {"count": LARGE, "totalCount": LARGE}
    counts = member.api.get(f"{root}/patient_count").json()
    assert counts == Model(records_of(there.large)).counts()

    call_command("prepare_return", verbosity=0)
    found = changes(before, stored())
    assert {(collection, field) for collection, _, field in found} <= DERIVED


def records_of(clinic):
    return list(db.database()["patients"].find({"clinicId": clinic["_id"]}))


def unknown_fields(places):
    """What a record holds that the other service would not have written."""
    patients = [i for collection, i in places if collection == "patients"]
    records = db.database()["patients"].find({"_id": {"$in": patients}})
    return [field for record in records for field in record if field not in FIELDS]


# --- edits ----------------------------------------------------------------------------------------
FIELDS = {
    *("_id", "clinicId", "userId", "birthDate", "email", "fullName", "mrn", "targetDevices"),
    *("requireUniqueMrn", "tags", "sites", "dataSources", "permissions", "invitedBy"),
    *("createdTime", "updatedTime"),
}
BODY = {"fullName": "Iris New", "birthDate": "1990-01-02"}


class Editor:
    """Edits patients through the API, each chosen by a quirk of its record; `expected` says what has to change."""

    def __init__(self, there, api, backend):
        self.there, self.api, self.backend = there, api, backend
        self.root = f"/v1/clinics/{there.lakeside['_id']}"
        stale = there.others["count with providers"]
        counted = [there.lakeside["_id"], stale["_id"]]
        self.expected = {
            ("clinics", i, n) for i in counted for n in ("patientCount", "updatedTime")
        }

    def patient(self, quirk):
        return db.database()["patients"].find_one({"_id": self.there.patients[quirk]})

    def path(self, quirk):
        return f"{self.root}/patients/{self.patient(quirk)['userId']}"

    def changes(self, quirk, *fields):
        place = ("patients", self.there.patients[quirk])
        self.expected |= {(*place, field) for field in fields}

    def is_done(self, answer):
        assert answer.status_code in (200, 204), answer.content


def create(editor):
    editor.is_done(editor.api.post(f"{editor.root}/patients", BODY))


def rename(editor):
    body = editor.api.get(editor.path("devices")).json()
    del body["sites"], body["tags"]
    editor.is_done(editor.api.put(editor.path("devices"), {**body, "fullName": "Another Name"}))
    editor.changes("devices", "fullName", "updatedTime")


def review(editor):
    editor.is_done(editor.api.put(f"{editor.path('a review of year 1')}/reviews"))
    editor.changes("a review of year 1", "reviews")


def take_tag(editor):
    tag = editor.there.lakeside["patientTags"][0]["_id"]
    path = f"{editor.root}/patients/delete_tag/{tag}"
    editor.is_done(editor.api.post(path, [editor.patient("all tags")["userId"]]))
    editor.changes("all tags", "tags", "updatedTime")


def send_summary(editor):
    user, config = editor.patient("both kinds")["userId"], CONFIG
    flags = dict.fromkeys(
        ("hasFirstData", "hasLastData", "hasLastUploadDate", "hasOutdatedSince"), False
    )
    part = {"id": "a" * 24, "config": config, "dates": flags, "periods": {}}
    editor.is_done(editor.backend.post(f"/v1/patients/{user}/summary", {"cgmStats": part}))
    editor.changes("both kinds", "summary", "updatedTime")


def send_data_sources(editor):
    user = editor.patient("data sources with one id")["userId"]
    sources = [{"providerName": "dexcom", "state": "error"}]
    editor.is_done(editor.backend.put(f"/v1/patients/{user}/data_sources", sources))
    editor.changes("data sources with one id", "dataSources", "updatedTime")


def remind(editor):
    editor.is_done(editor.api.post(f"{editor.path('requests')}/upload_reminder"))
    editor.changes("requests", "lastUploadReminderTime", "updatedTime")


def delete(editor):
    editor.is_done(editor.api.delete(editor.path("an address in capitals")))
    editor.changes("an address in capitals", None)


EDITS = (create, rename, review, take_tag, send_summary, send_data_sources, remind, delete)
