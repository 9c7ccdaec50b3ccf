"""What the questions of auditors cost among 20,000 records, measured by MongoDB's profiler: no more than a page."""

from datetime import timedelta

import pytest
from bson import ObjectId

from kernel import clock, db
from kernel.accesses import processes, reading
from kernel.accesses.rows import PROCESSES, RECORDS
from tests.store.test_patient_query_plans import profiled

COUNT, PATIENTS, CLINICS, ACTORS = 20_000, 400, 20, 50
PAGE = 51
CLINIC_IDS = [ObjectId(f"{number:024x}") for number in range(1, CLINICS + 1)]


def user_id(number):
    return f"{number:010x}"


def record(number):
    """Every fourth is a list."""
    kind = {"list": {"by": []}} if number % 4 == 0 else {"patient": user_id(number % PATIENTS)}
    return {
        "_id": ObjectId(f"6b000000{'ab' * 5}{number:06x}"),
        "time": clock.now(),
        "who": user_id(number % ACTORS),
        "clinic": CLINIC_IDS[number % CLINICS],
        **kind,
    }


@pytest.fixture(autouse=True)
def clean_state(django_db_setup):
    """Replaces the fixture that empties the database: the module keeps its records."""


@pytest.fixture(scope="module")
def records(django_db_setup):
    for name in (RECORDS, PROCESSES):
        db.collection(name).delete_many({})
    db.collection(RECORDS).insert_many([record(number) for number in range(COUNT)])
    yield
    db.collection(RECORDS).delete_many({})


def page_of_patient(period, before):
    return reading.list_of_patient(user_id(1), period, before=before, limit=PAGE)


def page_of_patient_in_a_clinic(period, before):
    return reading.list_of_patient(
        user_id(1), period, clinic_id=CLINIC_IDS[1], before=before, limit=PAGE
    )


def page_of_actor(period, before):
    return reading.list_of_actor(user_id(1), period, before=before, limit=PAGE)


def page_of_lists(period, before):
    return reading.list_lists(CLINIC_IDS[::4], period, before=before, limit=PAGE)


@pytest.mark.parametrize(
    "question", [page_of_patient, page_of_patient_in_a_clinic, page_of_actor, page_of_lists]
)
@pytest.mark.parametrize("is_bounded", [False, True])
def test_a_page_examines_no_more_than_it_shows(records, question, is_bounded):
    middle = ObjectId(f"6b000000{'ab' * 5}{COUNT // 2:06x}")
    period, before = ({"$gte": ObjectId("6a" + "0" * 22)}, middle) if is_bounded else ({}, None)
    with profiled() as entries:
        page = question(period, before)
    (cost,) = entries
    expected = min(PAGE, len(page))
    assert expected >= 25
    assert cost["planSummary"].startswith("IXSCAN")
    assert cost["docsExamined"] == expected
    assert cost["keysExamined"] <= expected + CLINICS
    assert not cost.get("hasSortStage")
    assert all(shown["_id"] < middle for shown in page) or not is_bounded


def test_the_clinics_of_a_patient_cost_a_key_each_and_the_newest_is_first(records):
    newest = {**record(1), "_id": ObjectId("7b" + "0" * 22), "clinic": CLINIC_IDS[5]}
    db.collection(RECORDS).insert_one(newest)
    with profiled() as entries:
        assert reading.list_clinics(user_id(1), limit=10) == [CLINIC_IDS[5], CLINIC_IDS[1]]
    db.collection(RECORDS).delete_one({"_id": newest["_id"]})
    assert sum(cost["docsExamined"] for cost in entries) == 0
    assert sum(cost["keysExamined"] for cost in entries) == 3


def test_the_lists_of_as_many_clinics_as_are_read_at_once_are_merged_and_not_sorted(records):
    others = [ObjectId() for _ in range(reading.MOST_CLINICS - len(CLINIC_IDS))]
    with profiled() as entries:
        assert reading.list_lists([*CLINIC_IDS, *others], {}, before=None, limit=PAGE)
    (cost,) = entries
    assert cost["docsExamined"] == PAGE
    assert not cost.get("hasSortStage")


def test_living_processes_are_not_read(records):
    now = clock.now()
    long_ago = now - timedelta(days=30)
    rows = [{"_id": user_id(n), "ended": now, "began": now, "seen": now} for n in range(300)]
    rows += [{"_id": user_id(n), "ended": None, "began": now, "seen": now} for n in range(300, 330)]
    rows += [{**row, "_id": f"{row['_id']}x", "seen": long_ago} for row in rows]
    db.collection(PROCESSES).insert_many(rows)
    with profiled() as entries:
        assert processes.list_silent() == []
    db.collection(PROCESSES).delete_many({})
    assert [cost["docsExamined"] for cost in entries] == [0]
