"""Kept data of different versions of the service on one database: rule PATIENT-149, decision 0019."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId
from django.conf import settings

from clinics_site.celery import app
from kernel import clock, db
from patients import compressed_texts, kept, statistics
from patients.list_rows import row_of
from patients.services import derived, patient_counts, prepared, preparing
from patients.store import derivations
from patients.summary_answers import parts_of, shown
from tests.factories import make_clinic, make_clinician, patient_document
from tests.followers import following as following_process
from tests.following import differences

pytestmark = [pytest.mark.foreign_writes, pytest.mark.foreign_documents]
OTHER = kept.VERSION + 1


@pytest.fixture
def tag():
    return ObjectId()


@pytest.fixture
def lakeside(ben, tag):
    clinic = make_clinic(patientTags=[{"_id": tag, "name": "Pump"}])
    make_clinician(clinic, ben)
    return clinic


@pytest.fixture(autouse=True)
def restarted():
    """The process remembers nothing of what is kept."""
    prepared._mark.forget()
    preparing._derived.clear()
    yield
    prepared._mark.remember()


def write_elsewhere(clinic, count=1, **fields):
    documents = [patient_document(clinic, **fields) for _ in range(count)]
    db.database()["patients"].insert_many(documents)
    return documents


def derive_all():
    position = preparing.rescan(None)
    while position is not None:
        position = preparing.rescan(position)


def followed(version, ago):
    moment = clock.now() - ago
    db.database()["followers"].update_one(
        {"_id": kept.follower_of(version)},
        {"$set": {"followedTime": moment, "noteTime": moment}},
        upsert=True,
    )


def tag_elsewhere(patient, tag):
    db.database()["patients"].update_one({"_id": patient["_id"]}, {"$set": {"tags": [tag]}})


def listed(api, clinic, query=""):
    return api.get(f"/v1/clinics/{clinic['_id']}/patients{query}")


def shown_tag_count(api, clinic):
    (found,) = api.get(f"/v1/clinics/{clinic['_id']}").json()["patientTags"]
    return found.get("numPatients", 0)


# --- what has to raise the version ----------------------------------------------------------------
DIGESTS = {
    1: "e16b766599c2eaf1",
    2: "dfe8290048e3644f",
    3: "459bc4448af4ab25",
    4: "479a4dd5b9e87224",
    5: "69c71e6a101e2f9e",
    6: "effc2bcac68167cf",
}
MOMENT = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)


def full_record():
    record = patient_document(
        {"_id": ObjectId(b"c" * 12)},
        _id=ObjectId(b"p" * 12),
        userId="1a2b3c4d5e",
        fullName="Iris d’Été O'Neil-Moss",
        email="iris@example.org",
        mrn="X-1",
        tags=[ObjectId(b"t" * 12)],
        sites=[{"id": ObjectId(b"s" * 12), "name": "North"}],
        reviews=[{"clinicianId": "5e4d3c2b1a", "time": MOMENT}],
        glycemicRanges={"type": "custom", "custom": {"name": "own", "thresholds": []}},
        dataSources=[{"providerName": "dexcom", "state": "connected"}],
        ehrSubscriptions={"summaryAndReports": {"active": True}},
        connectionIssueSource="abbott",
        connectionIssue={"cause": "staleInvite", "hidden": True},
        providerConnectionRequests={"abbott": [{"providerName": "abbott", "createdTime": MOMENT}]},
    )
    return {
        **record,
        "summary": {f"{kind}Stats": full_statistics(kind) for kind in statistics.KINDS},
    }


def full_statistics(kind):
    values = {}
    for number, statistic in enumerate(statistics.TABLE[kind]):
        values |= {statistic.name: number, statistic.delta: -number}
        if statistic.flagged:
            values[statistic.flag] = number % 3 > 0
    return {
        "id": "7",
        "config": {"schemaVersion": 5.0},
        "dates": dict.fromkeys(statistics.DATES, MOMENT),
        "periods": dict.fromkeys(statistics.PERIODS, values),
    }


def test_what_is_derived_differently_has_another_version():
    record = full_record()
    row = row_of(record)
    texts = {name: shown(name, part) for name, part in parts_of(record).items()}
    counted = sorted(patient_counts._tally(row).items())
    derived_from_it = (
        sorted(row.items()),
        texts,
        counted,
        compressed_texts.DICTIONARY.read_bytes(),
    )
    digest = hashlib.sha256(repr(derived_from_it).encode()).hexdigest()[:16]
    reason = "raise VERSION in patients/kept.py, and add the digest of the new version here"
    assert DIGESTS.get(kept.VERSION) == digest, reason
    assert max(DIGESTS) == kept.VERSION


# --- going back and coming again --------------------------------------------------------------------
def test_after_another_version_a_small_clinic_is_derived_when_it_is_read(lakeside, ben, tag):
    patient, _ = write_elsewhere(lakeside, 2)
    derive_all()
    tag_elsewhere(patient, tag)
    write_elsewhere(lakeside, tags=[tag])
    followed(kept.VERSION, timedelta(hours=1))
    followed(OTHER, timedelta(0))

    assert shown_tag_count(ben.api, lakeside) == 2
    assert listed(ben.api, lakeside, f"?tags={tag}").json()["meta"]["count"] == 2
    assert listed(ben.api, lakeside).json()["meta"]["count"] == 3
    count = ben.api.get(f"/v1/clinics/{lakeside['_id']}/patient_count").json()
    assert count["total"] == 3
    assert differences() == []


def test_it_is_derived_only_now_and_then(lakeside, ben, monkeypatch):
    write_elsewhere(lakeside, 2)
    derive_all()
    followed(kept.VERSION, timedelta(hours=1))
    followed(OTHER, timedelta(0))
    listed(ben.api, lakeside)
    monkeypatch.setattr(derived, "follow", lambda _: pytest.fail("derived again"))
    assert listed(ben.api, lakeside).status_code == 200


def test_lists_of_a_large_clinic_wait_until_the_follower_has_come(lakeside, ben, monkeypatch):
    monkeypatch.setattr(preparing, "MOST_IN_REQUEST", 1)
    with following_process(kept.FOLLOWER) as process:
        process.catch_up()
    write_elsewhere(lakeside, 2)
    followed(kept.VERSION, timedelta(hours=1))
    followed(OTHER, timedelta(0))
    assert listed(ben.api, lakeside).status_code == 503
    assert ben.api.get(f"/v1/clinics/{lakeside['_id']}").status_code == 200

    with following_process(kept.FOLLOWER) as process:
        process.catch_up()
    assert listed(ben.api, lakeside).json()["meta"]["count"] == 2
    assert differences() == []


def test_a_prepared_version_that_has_never_followed_knows_of_the_one_that_has(lakeside, ben, tag):
    (patient,) = write_elsewhere(lakeside)
    derive_all()
    moment = {"$set": {"time": clock.now() - timedelta(minutes=5)}}
    db.database()["derivations"].update_one({"_id": derivations.PREPARED}, moment)
    tag_elsewhere(patient, tag)
    followed(OTHER, timedelta(0))
    assert shown_tag_count(ben.api, lakeside) == 1


def test_versions_that_follow_side_by_side_do_not_make_one_another_derive(lakeside, ben):
    write_elsewhere(lakeside)
    derive_all()
    followed(kept.VERSION, timedelta(seconds=3))
    followed(OTHER, timedelta(0))
    assert not prepared.is_overtaken()
    followed(kept.VERSION, timedelta(0))
    followed(OTHER, timedelta(hours=1))
    assert not prepared.is_overtaken()


def test_while_the_follower_is_late_no_patient_is_missing(lakeside, ben):
    write_elsewhere(lakeside)
    derive_all()
    write_elsewhere(lakeside)
    followed(kept.VERSION, timedelta(minutes=5))
    assert listed(ben.api, lakeside).json()["meta"]["count"] == 2


# --- versions that counted without rows -------------------------------------------------------------
def without_version():
    return db.database()[kept.COUNTS_WITHOUT_VERSION]


def test_what_a_version_without_rows_has_counted_is_not_counted_twice(lakeside, ben, tag):
    with following_process(kept.FOLLOWER) as process:
        write_elsewhere(lakeside, 2)
        process.catch_up()
        without_version().insert_one({"_id": lakeside["_id"], "total": 2, "tags": {str(tag): 0}})
        write_elsewhere(lakeside, tags=[tag])
        without_version().update_one({}, {"$inc": {"total": 1, f"tags.{tag}": 1}})
        process.catch_up()
    assert shown_tag_count(ben.api, lakeside) == 1
    assert patient_counts.kept_counts(lakeside["_id"])["total"] == 3


def test_such_counts_go_because_no_one_keeps_them_right(lakeside):
    """Going back to such a version, it counts again."""
    without_version().insert_one({"_id": lakeside["_id"], "total": 2})
    clean_up()
    assert without_version().count_documents({}) == 0


# --- what is left of other versions -------------------------------------------------------------------
def clean_up():
    app.loader.import_default_modules()
    app.tasks[settings.CELERY_BEAT_SCHEDULE["patients.clean_up_kept_data"]["task"]].apply(
        throw=True
    )


@pytest.fixture
def of_other_version():
    """Everything that another version keeps."""
    names = [kept.named(base, OTHER) for base in kept.BASES]
    for name in names:
        db.database()[name].insert_one({"_id": 1})
    db.database()["derivations"].insert_one(
        {"_id": kept.named("prepared", OTHER), "time": clock.now() - timedelta(days=40)}
    )
    yield names
    for name in names:
        db.database().drop_collection(name)


def present(names):
    return sorted(set(names) & set(db.database().list_collection_names()))


def test_what_a_version_has_left_goes_after_fourteen_days(lakeside, of_other_version):
    write_elsewhere(lakeside)
    derive_all()
    followed(OTHER, timedelta(days=14, seconds=1))
    followed(kept.VERSION, timedelta(days=20))
    clean_up()
    clean_up()
    assert present(of_other_version) == []
    assert db.database()["followers"].distinct("_id") == [kept.FOLLOWER]
    assert db.database()["derivations"].distinct("_id") == [derivations.PREPARED]
    assert db.database()[kept.ROWS].count_documents({}) == 1


def test_what_a_version_keeps_that_has_followed_in_these_days_stays(of_other_version):
    followed(OTHER, timedelta(days=13))
    clean_up()
    assert present(of_other_version) == sorted(of_other_version)


def test_what_a_version_is_making_stays(of_other_version):
    """`migrate` of the next version makes its collections before anything is noted."""
    db.database()["derivations"].delete_many({})
    clean_up()
    assert present(of_other_version) == sorted(of_other_version)


@pytest.mark.parametrize(
    ("name", "version"),
    [("patientLists", 1), ("patientLists2", 2), ("patientLists13", 13), ("patientLists1", None),
     ("patientListsOld", None), ("patients", None), ("patientLists02", None)],
)  # fmt: skip
def test_only_names_that_we_give_name_a_version(name, version):
    assert kept.version_in(name, "patientLists") == version
    if version is not None:
        assert kept.named("patientLists", version) == name
