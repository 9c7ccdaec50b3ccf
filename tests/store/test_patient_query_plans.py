"""What frequent requests cost in the database, measured by MongoDB's profiler rather than by a clock.

8,000 invented patients, shared by the module. Without our hints MongoDB's own plans broke every guarantee here.
"""

from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from random import Random
from urllib.parse import urlencode

import pytest
from bson import ObjectId

from kernel import clock, db, indexes
from patients import connection_issues, kept
from patients.services import (
    connection_sweeps,
    demo_patients,
    patient_counts,
    patients,
    prepared,
)
from patients.services.seeding import seed_patients
from patients.store import bulk_creations, halves
from tests.cast import make_person
from tests.factories import make_clinic, make_clinician

COUNT = 8_000
PAGE = 50
SUMMARIES = 1_000
invent_summary = demo_patients._summary
# Fixed ids: they are part of test names, which all workers of one run have to agree on.
TAGS = [{"_id": ObjectId(f"{n:024x}"), "name": f"Tag {n}"} for n in range(4)]
SITES = [{"id": ObjectId(f"{n + 100:024x}"), "name": f"Site {n}"} for n in range(3)]
BODY = {"fullName": "Iris Example", "birthDate": "1984-05-06"}


@pytest.fixture(autouse=True)
def clean_state(django_db_setup):
    """Replaces the fixture that empties the database: the module keeps its patients."""


@pytest.fixture(scope="module")
def clinic(django_db_setup):
    for name in db.database().list_collection_names():
        if not name.startswith(("django_", "auth_")):
            db.database()[name].delete_many({})
    prepared._mark.remember()
    _drop_patients()
    indexes.ensure()
    large_clinic = make_clinic(patientTags=TAGS, sites=SITES, country="DE")
    small_clinic = make_clinic(country="DE")
    _drop_indexes_of_patients()
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(demo_patients, "_summary", reused_summary)
        patches.setattr(patient_counts, "refresh_patient_count", bool)
        seed_patients(clinic_id=large_clinic["_id"], count=COUNT, seed=7)
        seed_patients(clinic_id=small_clinic["_id"], count=300, seed=8)
    indexes.ensure()
    for seeded in (large_clinic, small_clinic):
        patient_counts.refresh_patient_count(seeded["_id"])
    yield large_clinic
    # Dropping is a hundred times faster than deleting from so many indexes.
    _drop_patients()
    indexes.ensure()


def _drop_indexes_of_patients():
    """Made of what is there they cost a third of keeping them while patients are added."""
    for name in ("patients", kept.ROWS, kept.TEXTS):
        db.database()[name].drop_indexes()


def _drop_patients():
    """An index that once held a list stays "multikey", and a count cannot be answered from such an index alone."""
    for name in ("patients", kept.ROWS, kept.TEXTS):
        db.database()[name].drop()


def reused_summary(rng, now):
    """Inventing one for each patient would take as long as everything else."""
    return rng.choice(summaries(now))


@cache
def summaries(now):
    rng = Random(7)
    return [invent_summary(rng, now) for _ in range(SUMMARIES)]


@pytest.fixture(scope="module")
def member(clinic):
    person = make_person("Plan Member")
    make_clinician(clinic, person, "CLINIC_ADMIN")
    return person


@pytest.fixture(scope="module")
def service():
    from tests.cast import Api
    from users.services import accounts

    return Api(accounts.issue_server_token())


@contextmanager
def profiled():
    """Collects the cost of every operation on the database."""
    database = db.database()
    database.drop_collection("system.profile")
    database.create_collection("system.profile", capped=True, size=8_000_000)
    database.command("profile", 2)
    entries = []
    try:
        yield entries
    finally:
        database.command("profile", 0)
        entries += database["system.profile"].find({"ns": {"$not": {"$regex": "profile"}}})
        database.drop_collection("system.profile")


def of_patients(entries):
    of_ours = (".patients", f".{kept.ROWS}", f".{kept.TEXTS}")
    return [e for e in entries if e["ns"].endswith(of_ours)]


def examined_in(entries, collection):
    return sum(e.get("docsExamined", 0) for e in entries if e["ns"].endswith(f".{collection}"))


def examined(entries):
    return sum(e.get("docsExamined", 0) for e in of_patients(entries))


def keys_examined(entries):
    return sum(e.get("keysExamined", 0) for e in of_patients(entries))


def check_indexed(entries):
    plans = [e.get("planSummary", "") for e in of_patients(entries)]
    assert plans
    assert not [plan for plan in plans if "COLLSCAN" in plan], plans


def list_url(clinic, **query):
    text = urlencode({name.replace("__", "."): value for name, value in query.items()})
    return f"/v1/clinics/{clinic['_id']}/patients?limit=50&{text}"


PERIODS = ["1d", "7d", "14d", "30d"]
# Those of the orders with an index that a period has values of its own for.
STATISTICS = {
    *("glucoseManagementIndicator", "averageGlucoseMmol"),
    *("timeInVeryLowRecords", "timeInVeryHighRecords"),
}


def sorts():
    for kind, names in (
        (
            "cgm",
            ["fullName", "birthDate", "lastReviewed", "lastData", "glucoseManagementIndicator"],
        ),
        (
            "bgm",
            ["lastData", "averageGlucoseMmol", "timeInVeryLowRecords", "timeInVeryHighRecords"],
        ),
    ):
        for name in names:
            for sign in "+-":
                periods = PERIODS if name in STATISTICS else ["14d"]
                for period in periods:
                    yield {"sort": sign + name, "sortType": kind, "period": period}


TAG, SITE = (str(choices[0][key]) for choices, key in ((TAGS, "_id"), (SITES, "id")))
TWO_TAGS, THREE_TAGS = (",".join(str(tag["_id"]) for tag in TAGS[:n]) for n in (2, 3))
TWO_SITES = ",".join(str(site["id"]) for site in SITES[:2])
HOLDERS = 3000  # of one tag, at most
WALK = 10 * PAGE  # rows of an order that are passed until so many match
ORDERED = [{}, *sorts()]  # from an index

# Query -> how many rows it may read. The count of a search, tag or site reads keys alone.
LISTS = [
    *((query, PAGE) for query in ORDERED),
    ({"offset": 5000}, PAGE),
    ({"tags": TAG}, WALK),
    ({"tags": TWO_TAGS}, HOLDERS + WALK),
    ({"tags": THREE_TAGS}, 2 * HOLDERS),
    ({"tags": "_"}, COUNT + WALK),
    ({"sites": "_"}, COUNT + WALK),
    ({"sites": SITE}, WALK),
    ({"sites": SITE, "tags": TAG}, HOLDERS + WALK),
    ({"tags": TAG, "cgm__timeInTargetPercent": "<0.7"}, HOLDERS + WALK),
    ({"sites": TWO_SITES}, WALK),
    ({"sites": SITE, "sort": "-fullName", "sortType": "cgm"}, WALK),
    ({"search": "zuri", "sort": "+fullName", "sortType": "cgm"}, 0),
    ({"search": "a"}, WALK),
    ({"search": "1 zuri", "sort": "-fullName", "sortType": "cgm"}, 0),
    ({"search": "no match here"}, 0),
]


@pytest.mark.yardstick("W5")
@pytest.mark.parametrize(
    ("query", "most_rows"), LISTS, ids=[urlencode(query) for query, _ in LISTS]
)
def test_a_page_reads_the_records_it_shows_and_few_rows(clinic, member, query, most_rows):
    with profiled() as entries:
        answer = member.api.get(list_url(clinic, **query))
    shown = len(answer.json()["data"])
    assert shown == PAGE or "no match" in query.get("search", "")
    check_indexed(entries)
    # A search with too many hits for one pass asks once more.
    asked_again = int(query == {"search": "a"})
    # The caller's session and roles, closed clinics, the kept counts, a count, a page of rows, records and their texts.
    assert len(entries) <= 8 + asked_again
    assert len(of_patients(entries)) <= 4 + asked_again
    assert examined_in(entries, "patients") == shown
    assert examined_in(entries, kept.TEXTS) <= shown
    assert examined_in(entries, kept.ROWS) <= most_rows
    if query in ORDERED:
        assert keys_examined(entries) <= 6 * PAGE


@pytest.mark.parametrize("total", [5, COUNT - 1, 10**9])
def test_a_wrong_stored_total_does_not_make_lists_read_more(clinic, member, total):
    counts = db.collection(kept.COUNTS)
    orders = [query for query, _ in LISTS[:5]]
    for query in [*orders, {"offset": COUNT}, {"offset": COUNT - 3}]:
        counts.update_one({"_id": clinic["_id"]}, {"$set": {"total": total}})
        with profiled() as entries:
            answer = member.api.get(list_url(clinic, **query))
        shown = len(answer.json()["data"])
        check_indexed(entries)
        assert examined(entries) <= 3 * shown + 1, query
    counts.update_one({"_id": clinic["_id"]}, {"$set": {"total": COUNT}})


def test_recounting_reads_index_keys_only(clinic):
    with profiled() as entries:
        patient_counts.refresh_patient_count(clinic["_id"])
    check_indexed(entries)
    codes = len(connection_issues.ALL_CODES)
    assert len(of_patients(entries)) <= 2 + len(TAGS) + len(SITES) + codes
    assert examined(entries) == 0
    with profiled() as entries:
        assert patient_counts.counted_total(clinic["_id"]) == COUNT
    assert examined(entries) == 0


def test_a_list_whose_counts_are_missing_reads_only_the_page(clinic, member):
    """And the keys of one number; a worker makes the counts."""
    db.collection(kept.COUNTS).delete_one({"_id": clinic["_id"]})
    with profiled() as entries:
        answer = member.api.get(list_url(clinic))
    assert answer.json()["meta"]["totalCount"] == COUNT
    assert examined(entries) <= 3 * PAGE
    assert keys_examined(entries) <= COUNT + 1 + 6 * PAGE
    assert patient_counts.find_counts(clinic["_id"]) is None
    patient_counts.refresh_patient_count(clinic["_id"])
    assert patient_counts.find_counts(clinic["_id"])["total"] == COUNT


def test_a_count_that_is_missing_is_made_of_keys(clinic, member):
    db.collection(kept.COUNTS).delete_one({"_id": clinic["_id"]})
    with profiled() as entries:
        answer = member.api.get(f"/v1/clinics/{clinic['_id']}/patient_count")
    assert answer.json()["total"] == COUNT
    assert examined(entries) <= 2
    assert len(of_patients(entries)) <= 3  # not one for each tag and site
    patient_counts.refresh_patient_count(clinic["_id"])
    again = member.api.get(f"/v1/clinics/{clinic['_id']}/patient_count")
    assert again.json() == answer.json()


FILTERED = [
    {"cgm__timeInVeryLowPercent": ">=0.01", "omitNonStandardRanges": "true"},
    {"cgm__timeInTargetPercent": "<=0.7", "cgm__timeCGMUsePercent": ">=0.7", "period": "7d"},
    {"cgm__timeInAnyHighPercent": ">=0.25", "sort": "-lastData", "sortType": "cgm"},
]


@pytest.mark.yardstick("W5")
@pytest.mark.parametrize("query", FILTERED, ids=urlencode)
def test_filtered_lists_read_each_row_once_and_stop_when_the_page_is_full(clinic, member, query):
    with profiled() as entries:
        answer = member.api.get(list_url(clinic, **query))
    count = answer.json()["meta"]["count"]
    check_indexed(entries)
    assert examined_in(entries, "patients") == PAGE
    # Reading in order passes patients who do not match; three times the expected number allows for bad luck.
    assert examined_in(entries, kept.ROWS) <= COUNT + 1 + 3 * PAGE * COUNT / count


def test_a_rare_filter_reads_each_row_for_the_count_and_for_the_page(clinic, member):
    query = {"cgm__timeInVeryLowPercent": ">0.1", "sort": "-lastData", "sortType": "cgm"}
    with profiled() as entries:
        answer = member.api.get(list_url(clinic, **query))
    assert PAGE < answer.json()["meta"]["count"] < 1000
    check_indexed(entries)
    assert examined_in(entries, "patients") == PAGE
    assert (
        examined_in(entries, kept.ROWS) <= 2 * (COUNT + 1) + 2
    )  # and once more the last one of the page


@pytest.mark.parametrize(
    "query",
    [
        {"cgm__lastDataFrom": "two days ago"},
        {"cgm__timeInTargetPercent": "<0.5", "period": "30d"},
        {"search": "nguyen"},
    ],
    ids=urlencode,
)
def test_counting_reads_no_record(clinic, member, query):
    if "cgm__lastDataFrom" in query:
        query = {"cgm__lastDataFrom": (clock.now() - timedelta(days=2)).isoformat()}
    with profiled() as entries:
        answer = member.api.get(list_url(clinic, **query, offset=COUNT))
    assert answer.json()["data"] == []
    assert answer.json()["meta"]["count"] > 0
    check_indexed(entries)
    assert examined_in(entries, "patients") == examined_in(entries, kept.TEXTS) == 0


@pytest.mark.parametrize("also", [{}, {"sort": "-lastData", "sortType": "cgm"}], ids=urlencode)
def test_a_filter_by_connection_issues_counts_on_keys(clinic, member, also):
    """Sorting reads the rows that match, walking along an order those on the way."""
    with profiled() as entries:
        query = {"connectionIssueCauses": "error,disconnected", **also}
        answer = member.api.get(list_url(clinic, **query))
    count = answer.json()["meta"]["count"]
    assert PAGE < count < COUNT / 2
    check_indexed(entries)
    assert examined_in(entries, "patients") == PAGE
    assert examined_in(entries, kept.ROWS) <= 1 + 3 * PAGE * COUNT / count
    assert keys_examined(entries) <= 2 * count + 3 * PAGE * COUNT / count + PAGE * 4 + 10


def test_a_sweep_reads_no_record_where_nothing_is_due(clinic):
    with profiled() as entries:
        assert connection_sweeps.sweep_all() == 0
    assert examined(entries) == 0
    assert keys_examined(entries) <= 1


def test_addresses_of_a_file_are_compared_with_the_keys_of_the_clinic(clinic):
    query = {"clinicId": clinic["_id"], "email": {"$gt": ""}}
    stored = db.collection("patients").find_one(query)["email"]
    asked = [stored.lower(), *(f"new{n}@example.org" for n in range(5_000))]
    with profiled() as entries:
        assert bulk_creations.list_addresses(clinic["_id"], asked) == {stored.lower()}
    check_indexed(entries)
    assert examined(entries) == 0
    assert keys_examined(entries) <= COUNT + 1
    with profiled() as entries:
        assert bulk_creations.has_address(clinic["_id"], stored)
        assert not bulk_creations.has_address(clinic["_id"], "none@example.org")
    check_indexed(entries)
    assert examined(entries) == 0
    assert keys_examined(entries) <= 3


@pytest.mark.parametrize("period", ["1d", "7d", "14d", "30d"])
@pytest.mark.parametrize(
    ("kind", "name"),
    [("cgm", "timeInTargetPercent"), ("cgm", "timeInTargetPercentDelta"), ("bgm", "totalRecords")],
)
def test_an_order_without_index_reads_the_rows_of_the_clinic_once(
    clinic, member, kind, name, period
):
    query = {"sort": f"-{name}", "sortType": kind, "period": period}
    with profiled() as entries:
        member.api.get(list_url(clinic, **query))
    check_indexed(entries)
    rows, last = [e for e in entries if e["ns"].endswith(f".{kept.ROWS}")]
    assert rows["docsExamined"] <= COUNT + 1  # those of other clinics are not among them
    assert last["docsExamined"] <= 2
    assert rows["responseLength"] < 10_000
    assert not rows.get("usedDisk")
    assert examined_in(entries, "patients") == PAGE


READ_IN_HALVES = [
    ({"sort": "+timeInTargetPercent", "sortType": "cgm"}, "docsExamined"),
    ({"sort": "-totalRecords", "sortType": "bgm", "period": "1d"}, "docsExamined"),
    ({"cgm__timeInTargetPercent": ">2"}, "docsExamined"),
    ({"search": "no match here"}, "keysExamined"),
    ({"tags": TWO_TAGS, "sites": "_"}, "docsExamined"),
]


@pytest.mark.parametrize(
    ("query", "what"), READ_IN_HALVES, ids=[urlencode(query) for query, _ in READ_IN_HALVES]
)
def test_a_large_clinic_is_read_in_two_halves(clinic, member, monkeypatch, query, what):
    monkeypatch.setattr(halves, "LEAST", COUNT)
    with profiled() as entries:
        member.api.get(list_url(clinic, **query))
    check_indexed(entries)
    of_rows = [e.get(what, 0) for e in entries if e["ns"].endswith(f".{kept.ROWS}")]
    read = [
        number for number in of_rows if number > COUNT / 10
    ]  # putting a page in order reads fewer
    assert len(read) in {2, 4}  # a filter that finds nothing counts, and then looks for a page
    assert max(read) < 0.75 * COUNT
    assert sum(read[:2]) <= COUNT + 4


def test_counts_of_the_clinic_read_no_patient(clinic, member):
    with profiled() as entries:
        member.api.get(f"/v1/clinics/{clinic['_id']}/patient_count")
    assert of_patients(entries) == []


@pytest.mark.yardstick("W5")
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_tide_report_reads_rows_of_candidates_and_the_records_it_shows(clinic, member, number):
    tags = [tag["_id"] for tag in TAGS[:number]]
    cutoff = clock.now() - timedelta(days=1)
    text = urlencode(
        {
            "period": "14d",
            "tags": ",".join(map(str, tags)),
            "lastDataCutoff": cutoff.isoformat(),
        }
    )
    with profiled() as entries:
        answer = member.api.get(f"/v1/clinics/{clinic['_id']}/tide_report?{text}")
    check_indexed(entries)
    assert len(of_patients(entries)) <= 3  # those with data, those without, and the records
    newest = "summary.cgmStats.dates.lastData"
    first_tag = {"clinicId": clinic["_id"], "tags": tags[0]}
    candidates = db.collection("patients").count_documents({**first_tag, newest: {"$gte": cutoff}})
    silent = db.collection("patients").count_documents({**first_tag, newest: None})
    assert examined_in(entries, kept.ROWS) <= candidates + silent + 1
    shown = [row for rows in answer.json()["results"].values() for row in rows]
    assert examined_in(entries, "patients") == len({row["patient"]["id"] for row in shown})
    sent = sum(e["responseLength"] for e in of_patients(entries))
    assert sent < 1500 * (candidates + PAGE)


@pytest.mark.yardstick("W5")
@pytest.mark.parametrize("rounding", ["classic", "rounded"])
@pytest.mark.parametrize("sites", [0, 1, 2], ids=["whole clinic", "one site", "two sites"])
def test_a_report_without_tags_reads_rows_of_its_sites_or_of_candidates(
    clinic, member, settings, sites, rounding
):
    settings.TIDE_ROUNDING = rounding
    ids, cutoff = [site["id"] for site in SITES[:sites]], clock.now() - timedelta(days=1)
    query = {
        "period": "14d",
        "lastDataCutoff": cutoff.isoformat(),
        "sites": ",".join(map(str, ids)),
    }
    with profiled() as entries:
        answer = member.api.get(f"/v1/clinics/{clinic['_id']}/tide_report?{urlencode(query)}")
    check_indexed(entries)
    assert len(of_patients(entries)) <= 3
    newest = "summary.cgmStats.dates.lastData"
    group = {"clinicId": clinic["_id"], **({"sites.id": {"$in": ids}} if ids else {})}
    candidates = {**group, newest: {"$gte": cutoff}}
    # The order of a site is not that of its newest data: each of its rows is read once for both parts.
    read = [group, group] if ids else [candidates, {**group, newest: None}]
    most = sum(map(db.collection("patients").count_documents, read))
    assert examined_in(entries, kept.ROWS) <= most + 1
    shown = [row for rows in answer.json()["results"].values() for row in rows]
    assert examined_in(entries, "patients") == len({row["patient"]["id"] for row in shown})


def test_a_birth_date_is_found_by_its_index(clinic, member):
    patient = db.collection("patients").find_one({"clinicId": clinic["_id"]})
    with profiled() as entries:
        matches = member.api.get(f"/v1/patients?birthDate={patient['birthDate']}").json()
    assert patient["userId"] in [r["patient"]["id"] for r in matches]
    assert examined(entries) <= 2 * len(matches)


def test_an_mrn_is_found_by_its_index(clinic, member):
    patient = db.collection("patients").find_one({"clinicId": clinic["_id"], "mrn": {"$ne": None}})
    with profiled() as entries:
        matches = member.api.get(f"/v1/patients?mrn={patient['mrn'].lower()}").json()
    assert [r["patient"]["id"] for r in matches] == [patient["userId"]]
    assert examined(entries) <= 2
    from patients.store.bulk_creations import group_mrns
    from patients.store.patients import find_other_with_mrn

    with profiled() as entries:
        groups = group_mrns(clinic["_id"], [patient["mrn"].lower(), "no such mrn"])
    assert groups[1] == {groups[0][patient["mrn"].lower()]}
    assert examined_in(entries, "patients") == 1
    check_indexed([entry for entry in entries if entry["ns"].endswith(".patients")])
    with profiled() as entries:
        assert find_other_with_mrn(clinic["_id"], patient["mrn"], None)
        assert find_other_with_mrn(clinic["_id"], "no such mrn", None) is None
    check_indexed(entries)
    assert examined(entries) <= 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "/v1/clinics/{clinic}/patients/{user}", None),
        ("get", "/v1/patients/{user}/clinics", None),
        ("put", "/v1/clinics/{clinic}/patients/{user}", BODY),
        ("post", "/v1/patients/{user}/summary", {"cgmStats": {"id": ""}}),
        ("put", "/v1/patients/{user}/data_sources", []),
        ("delete", "/v1/summaries/" + "0" * 24 + "/clinics", None),
    ],
)
def test_requests_about_one_patient_use_an_index(clinic, service, method, path, body):
    user = db.collection("patients").find_one({"permissions.custodian": {"$exists": False}})
    path = path.format(clinic=user["clinicId"], user=user["userId"])
    with profiled() as entries:
        assert service.request(method, path, body).status_code < 300
    check_indexed(entries)
    assert examined_in(entries, "patients") <= 4
    assert (
        examined_in(entries, kept.ROWS) <= 4
    )  # the server counts one more for a row that is found by its key


def test_a_member_reads_one_patient_by_index(clinic, member):
    """The read is joined to the token and the roles, where no index can be hinted."""
    for user in db.collection("patients").find({"clinicId": clinic["_id"]}, limit=3):
        with profiled() as entries:
            path = f"/v1/clinics/{clinic['_id']}/patients/{user['userId']}"
            assert member.api.get(path).json()["id"] == user["userId"]
        (entry,) = [e for e in entries if "aggregate" in e.get("command", {})]
        assert entry["keysExamined"] <= 4
        assert entry["docsExamined"] <= 3  # token, clinician, patient


def test_creating_a_patient_reads_no_other_patient(clinic, member):
    with profiled() as entries:
        created = member.api.post(f"/v1/clinics/{clinic['_id']}/patients", BODY).json()
    assert examined(entries) == 0
    with profiled() as entries:
        patients.remove_patient(clinic_id=clinic["_id"], user_id=created["id"])
    assert examined_in(entries, "patients") <= 2
    assert examined_in(entries, kept.ROWS) <= 3
