"""Kept counts that other systems have made wrong: lists still agree with themselves, and the counts are
corrected."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from bson import ObjectId

from kernel import db, outbox
from kernel.errors import NotFound
from patients import kept
from patients.services import patient_counts, patients
from patients.services.patient_details import PatientDetails
from patients.services.patient_tags import assign_tag
from tests.admin.conftest import Staff
from tests.api.test_lists import cgm
from tests.events import deliver_all
from tests.factories import make_clinic, make_clinician, make_patient, make_patients
from tests.replay import replayed

KEPT = kept.COUNTS
TAG, OTHER = ObjectId(f"{1:024x}"), ObjectId(f"{2:024x}")
SITE = {"id": ObjectId(f"{3:024x}"), "name": "North"}
PEOPLE, PAGE = 25, 10
MISSING = object()
WRONG = {
    "right": PEOPLE,
    "one too many": 26,
    "far too many": 10**9,
    "beyond 64 bits": 1e30,
    "one too few": 24,
    "as many as two pages": 20,
    "as many as a page": 10,
    "few": 5,
    "nobody": 0,
    "less than no one": -3,
    "a double": 25.0,
    "a wrong double": 5.0,
    "not a number": float("nan"),
    "missing": MISSING,
    "null": None,
    "a text": "x",
    "a truth": True,
    "a list": [5],
}
# Not counts: a document with one of them counts as missing.
# `test_any_page_agrees_with_the_total_that_it_tells` tries all of them.
NONE = {
    "beyond 64 bits",
    "less than no one",
    "a wrong double",
    "missing",
    "null",
    "a text",
    "a truth",
    "a list",
}
OF_PAGES = [wrong for wrong in WRONG if wrong not in NONE]
# Without pages one wrong number is like another.
OF_NUMBERS = [*sorted(NONE), "right", "far too many", "not a number"]
LISTS = {
    "all": ({}, PEOPLE),
    "all, backwards": ({"sort": "-fullName", "sortType": "cgm"}, PEOPLE),
    "by a date": ({"sort": "+birthDate", "sortType": "cgm"}, PEOPLE),
    "by what has no index": ({"sort": "-max", "sortType": "cgm"}, PEOPLE),
    "a filter": ({"cgm.timeInTargetPercent": ">0.4", "sort": "+lastData", "sortType": "cgm"}, 13),
    "a tag": ({"tags": str(TAG)}, 13),
    "tags": ({"tags": f"{TAG},{OTHER}"}, 13),
    "a site": ({"sites": str(SITE["id"])}, PEOPLE),
    "a search": ({"search": "person"}, PEOPLE),
}


@pytest.fixture
def lakeside(ben):
    return replayed("lakeside", lambda: make_lakeside(ben))


def make_lakeside(ben):
    tags = [{"_id": TAG, "name": "A"}, {"_id": OTHER, "name": "B"}]
    clinic = make_clinic(patientTags=tags, sites=[SITE])
    make_clinician(clinic, ben)
    make_patients(clinic, [person(n) for n in range(PEOPLE)])
    patient_counts.refresh_patient_count(clinic["_id"])
    return clinic


def person(number):
    some = {"tags": [TAG, OTHER], **cgm("", 0.5)} if number % 2 == 0 else {}
    return {**some, "fullName": f"Person {number:02}", "sites": [SITE]}


def spoil(clinic, path, value):
    change = {"$unset": {path: ""}} if value is MISSING else {"$set": {path: value}}
    db.collection(KEPT).update_one({"_id": clinic["_id"]}, change)


def kept(clinic):
    return db.collection(KEPT).find_one({"_id": clinic["_id"]})


def pages_of(api, clinic, query, spoiler):
    """What a client sees that goes on while the latest answer says that there is more, and the totals that it
    is told."""
    seen, offset, more = [], 0, True
    while more:
        spoiler()
        text = urlencode({**query, "limit": PAGE, "offset": offset})
        answer = api.get(f"/v1/clinics/{clinic['_id']}/patients?{text}")
        assert answer.status_code == 200, answer.content
        body = answer.json()
        patient_ids = [patient["id"] for patient in body["data"]]
        seen += patient_ids
        offset += PAGE
        count = body["meta"]["count"]
        assert type(count) is type(body["meta"]["totalCount"]) is int
        assert len(seen) == count if len(patient_ids) < PAGE else len(seen) <= count
        more = offset < count
    return seen, body["meta"]


@pytest.mark.walk
@pytest.mark.parametrize("wrong", OF_PAGES)
def test_every_list_shows_everyone_once_whatever_total_is_kept(lakeside, ben, wrong):
    for name, (query, expected) in LISTS.items():

        def spoiler():
            spoil(lakeside, "total", WRONG[wrong])

        seen, meta = pages_of(ben.api, lakeside, query, spoiler)
        assert len(seen) == len(set(seen)) == meta["count"] == expected, name
        # How many more patients a filter matches is unknown until a worker has counted.
        assert meta["totalCount"] >= meta["count"], name
        if expected == PEOPLE and name.startswith(("all", "by")):
            assert meta["totalCount"] == PEOPLE, name


@pytest.mark.walk
@pytest.mark.parametrize("wrong", WRONG)
def test_any_page_agrees_with_the_total_that_it_tells(lakeside, ben, wrong):
    """Also the only page that someone asks for. Beyond that page the total is only as right as the kept counts."""
    for offset in (0, 10, 20, 24, 25, 26, 1000):
        spoil(lakeside, "total", WRONG[wrong])
        path = f"/v1/clinics/{lakeside['_id']}/patients?limit={PAGE}&offset={offset}"
        body = ben.api.get(path).json()
        count_on_page, total = len(body["data"]), body["meta"]["totalCount"]
        assert (
            count_on_page == max(0, min(PAGE, PEOPLE - offset)) == max(0, min(PAGE, total - offset))
        )
        if count_on_page < PAGE or total == offset + PAGE:
            assert total == PEOPLE


@pytest.mark.walk
@pytest.mark.parametrize("wrong", OF_PAGES)
def test_staff_see_every_page_and_export_everyone(lakeside, wrong):
    root = Staff(superuser=True)
    seen, number, more = [], 1, True
    while more:
        spoil(lakeside, "total", WRONG[wrong])
        page = root.get(f"clinics/{lakeside['_id']}/patients/", {"page": number, "size": PAGE})
        assert page.status_code == 200
        seen += [patient["id"] for patient in page.context["patients"]]
        number, more = number + 1, bool(page.context["paging"].next)
    assert len(seen) == len(set(seen)) == PEOPLE
    spoil(lakeside, "total", WRONG[wrong])
    export = root.export(f"clinics/{lakeside['_id']}/patients/export")
    assert len(b"".join(export.streaming_content).splitlines()) == PEOPLE + 1
    event = db.database()["auditEvents"].find_one({"action": "patients.export"})
    assert event["scope"]["rows"] == PEOPLE


@pytest.mark.walk
@pytest.mark.parametrize("wrong", [w for w in OF_PAGES if w not in ("right", "a double")])
def test_list_with_a_wrong_total_requests_a_recount(lakeside, ben, wrong):
    spoil(lakeside, "total", WRONG[wrong])
    path = f"/v1/clinics/{lakeside['_id']}/patients?limit={PAGE}&offset=20"
    for _ in range(3):
        ben.api.get(path)
    assert db.collection(outbox.COLLECTION).count_documents({"event": "clinic.count_doubted"}) <= 1
    deliver_all()
    assert kept(lakeside)["total"] == PEOPLE
    assert "doubtedTime" not in kept(lakeside)
    answer = ben.api.get(f"/v1/clinics/{lakeside['_id']}/patient_count")
    assert answer.content.startswith(b'{"total":25,"demo":0,"plan":25')


NUMBERS = ("total", "demo", "plan", "sources", "tags", "sites", f"tags.{TAG}", "sources.dexcom", "sources.dexcom.error")  # fmt: skip


@pytest.mark.walk
@pytest.mark.parametrize("wrong", OF_NUMBERS)
def test_every_wrong_number_is_answered_as_an_integer_and_corrected_by_a_refresh(
    lakeside, ben, backend, wrong
):
    at = f"/v1/clinics/{lakeside['_id']}"
    for path in NUMBERS:
        spoil(lakeside, path, WRONG[wrong])
        assert ben.api.get(f"{at}/patient_count").status_code == 200
        assert ben.api.get(at).status_code == 200
        assert backend.post(f"{at}/patient_count/refresh").status_code == 200
        counts = kept(lakeside)
        assert [counts[n] for n in ("total", "demo", "plan", "sources")] == [PEOPLE, 0, PEOPLE, {}]
        assert counts["tags"] == {str(TAG): 13, str(OTHER): 13}
        assert counts["sites"] == {str(SITE["id"]): PEOPLE}
        clinic = db.collection("clinics").find_one({"_id": lakeside["_id"]})
        assert clinic["patientCount"] == {"total": PEOPLE, "demo": 0, "plan": PEOPLE}


@pytest.mark.walk
@pytest.mark.parametrize("wrong", OF_NUMBERS)
def test_a_patient_can_be_added_whatever_is_kept(lakeside, ben, wrong):
    """A kept number that is none stops no one's work."""
    body = {"fullName": "Iris Example", "birthDate": "1984-05-06", "tags": [str(TAG)]}
    body["dataSources"] = [{"providerName": "dexcom", "state": "pending"}]
    for path in (
        "total",
        "plan",
        f"tags.{TAG}",
        "sources",
        "sources.dexcom",
        "sources.dexcom.pending",
    ):
        spoil(lakeside, path, WRONG[wrong])
        answer = ben.api.post(f"/v1/clinics/{lakeside['_id']}/patients", body)
        assert answer.status_code == 200, path


def test_wrong_kept_count_refuses_no_creation(lakeside, ben):
    limits = {"patientCountSettings": {"hardLimit": {"plan": PEOPLE + 1}}}
    db.collection("clinics").update_one({"_id": lakeside["_id"]}, {"$set": limits})
    spoil(lakeside, "plan", 10**6)
    body = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
    path = f"/v1/clinics/{lakeside['_id']}/patients"
    assert [ben.api.post(path, body).status_code for _ in range(2)] == [200, 402]


@pytest.mark.parametrize("too_low", [0, 5, PEOPLE - 1])
def test_kept_count_that_is_too_low_allows_no_extra_creation(lakeside, ben, too_low):
    limits = {"patientCountSettings": {"hardLimit": {"plan": PEOPLE}}}
    db.collection("clinics").update_one({"_id": lakeside["_id"]}, {"$set": limits})
    for path in ("total", "plan"):
        spoil(lakeside, path, too_low)
    body = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
    assert ben.api.post(f"/v1/clinics/{lakeside['_id']}/patients", body).status_code == 402
    assert (kept(lakeside)["total"], kept(lakeside)["plan"]) == (PEOPLE, PEOPLE)


def test_a_patient_created_between_two_questions_makes_no_count_wrong(lakeside, ben, monkeypatch):
    limits = {"patientCountSettings": {"hardLimit": {"plan": PEOPLE + 2}}}
    db.collection("clinics").update_one({"_id": lakeside["_id"]}, {"$set": limits})
    counted = patient_counts.store.count_patients

    def comes_first(clinic_id):
        monkeypatch.setattr(patient_counts.store, "count_patients", counted)
        details = PatientDetails({"fullName": "Ann Other", "birthDate": "1990-01-01"})
        patients.create_custodial_patient(clinic_id=clinic_id, details=details)
        return counted(clinic_id)

    monkeypatch.setattr(patient_counts.store, "count_patients", comes_first)
    monkeypatch.setattr(patient_counts, "recount", lambda _: pytest.fail("counted again"))
    body = {"fullName": "Iris Example", "birthDate": "1984-05-06"}
    path = f"/v1/clinics/{lakeside['_id']}/patients"
    assert [ben.api.post(path, body).status_code for _ in range(2)] == [200, 402]


# --- counting again --------------------------------------------------------------------------------
def test_changes_during_a_recount_are_counted(lakeside, monkeypatch):
    """Someone comes and someone goes after the moment that is counted, and before the difference is written."""
    make_patient(lakeside, dataSources=[{"providerName": "dexcom", "state": "error"}])
    patient_counts.refresh_patient_count(lakeside["_id"])
    spoil(lakeside, "total", 3)
    spoil(lakeside, "sources", {"dexcom": {"error": 5, "connected": 2}})
    gone = db.collection("patients").find_one({"clinicId": lakeside["_id"], "tags": TAG})
    correct = patient_counts._correct

    def come_and_go():
        patients.remove_patient(clinic_id=lakeside["_id"], user_id=gone["userId"])
        source = {"providerName": "dexcom", "state": "connected"}
        details = PatientDetails(
            {"fullName": "Iris", "birthDate": "1990-01-01", "dataSources": [source, source]}
        )
        patients.create_custodial_patient(clinic_id=lakeside["_id"], details=details)

    def change_first(*args):
        monkeypatch.setattr(patient_counts, "_correct", correct)
        with ThreadPoolExecutor(1) as other:  # outside this transaction
            other.submit(come_and_go).result()
        assert kept(lakeside)["total"] == 3
        return correct(*args)

    monkeypatch.setattr(patient_counts, "_correct", change_first)
    patient_counts.refresh_patient_count(lakeside["_id"])
    counts = kept(lakeside)
    assert (counts["total"], counts["plan"]) == (26, 26)
    assert counts["sources"] == {"dexcom": {"error": 1, "connected": 2}}
    assert counts["tags"][str(TAG)] == 12


def test_a_tag_for_everyone_during_a_recount_is_counted_once(lakeside, monkeypatch):
    tag = ObjectId()
    db.collection("clinics").update_one(
        {"_id": lakeside["_id"]}, {"$push": {"patientTags": {"_id": tag, "name": "All"}}}
    )
    spoil(lakeside, f"tags.{tag}", 0)
    correct = patient_counts._correct

    def assign_first(*args):
        monkeypatch.setattr(patient_counts, "_correct", correct)
        with ThreadPoolExecutor(1) as other:  # outside this transaction
            other.submit(
                assign_tag, clinic_id=str(lakeside["_id"]), tag_id=str(tag), user_ids=None
            ).result()
        return correct(*args)

    monkeypatch.setattr(patient_counts, "_correct", assign_first)
    patient_counts.refresh_patient_count(lakeside["_id"])
    assert kept(lakeside)["tags"][str(tag)] == kept(lakeside)["total"]


def test_counts_that_were_replaced_meanwhile_are_compared_again(lakeside, monkeypatch):
    spoil(lakeside, "total", 3)
    correct, calls = patient_counts._correct, []

    def replaced_first(clinic_id, kept_then, counts):
        calls.append(1)
        if len(calls) == 1:
            patient_counts.begin_counts(clinic_id)
        return correct(clinic_id, kept_then, counts)

    monkeypatch.setattr(patient_counts, "_correct", replaced_first)
    patient_counts.refresh_patient_count(lakeside["_id"])
    assert (len(calls), kept(lakeside)["total"]) == (2, PEOPLE)


def test_counts_that_no_one_has_counted_for_a_day_are_counted_once(lakeside, ben):
    spoil(lakeside, "plan", 7)
    spoil(lakeside, "countedTime", MISSING)
    for _ in range(3):
        ben.api.get(f"/v1/clinics/{lakeside['_id']}/patients")
    assert deliver_all() == 1
    assert kept(lakeside)["plan"] == PEOPLE


def test_recount_is_done_here_also_beside_a_worker_that_watches_the_collections(
    lakeside, ben, settings
):
    settings.SIDE_EFFECTS = "external"
    spoil(lakeside, "total", 3)
    ben.api.get(f"/v1/clinics/{lakeside['_id']}/patients")
    assert "doubtedTime" in kept(lakeside)
    assert deliver_all() == 1
    assert kept(lakeside)["total"] == PEOPLE


def test_clinic_deleted_before_its_recount_is_not_counted(lakeside):
    patient_counts.doubt(lakeside["_id"])
    db.collection("clinics").delete_one({"_id": lakeside["_id"]})
    assert deliver_all() == 1
    with pytest.raises(NotFound):
        patient_counts.refresh_patient_count(lakeside["_id"])
