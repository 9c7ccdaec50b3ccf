"""The list of patients against a plain Python model over the same documents (rules PATIENT-80 to PATIENT-99)."""

from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel import db
from patients import kept, statistics
from patients.services.patient_lists import list_patients, read_filter, read_ordering
from patients.store import halves, patient_lists
from tests.factories import make_clinic, make_patients
from tests.list_model import Model

TAGS = [ObjectId(f"{n:024x}") for n in range(3)]
SITES = [ObjectId(f"{n:024x}") for n in range(10, 13)]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ["Ada", "ada", "Ädä", "Bo", "O'Neil +x", "Zoë", "zoe", "Zoe\u0308"]
FIELDS = {
    "cgm": [
        "timeInTargetPercent",
        "timeInTargetPercentDelta",
        "glucoseManagementIndicator",
        "standardDeviation",
        "totalRecords",
        "min",
    ],
    "bgm": ["averageGlucoseMmol", "timeInVeryLowRecords", "maxDelta", "timeInExtremeHighPercent"],
}
NUMBERS = [-2.5, -0.15, -0.1, 0, 0.01, 0.04, 0.7, 3, 7.25, 12]


# --- random patients and queries ----------------------------------------------------------------
def period_values(draw, kind):
    period = {}
    for name in FIELDS[kind]:
        if draw(st.booleans()):
            period[name] = draw(st.sampled_from(NUMBERS))
    for entry in statistics.TABLE[kind]:
        if entry.flagged:
            period[entry.flag] = entry.name in period and draw(st.integers(0, 3)) > 0
    return period


@st.composite
def patients(draw):  # noqa: C901 (one choice per field)
    rows = []
    for number in range(draw(st.integers(0, 12))):
        row = {
            "fullName": draw(st.sampled_from(NAMES)),
            "birthDate": draw(st.sampled_from(["1990-01-01", "2001-12-31"])),
            "mrn": draw(st.sampled_from([None, f"M{number}", f"X-{number}"])),
            "email": draw(st.sampled_from([None, f"p{number}@example.org"])),
        }
        if draw(st.booleans()):
            row["tags"] = draw(st.sampled_from([[], None, *([t] for t in TAGS), TAGS[:2], TAGS]))
        if draw(st.booleans()):
            sites = draw(st.sampled_from([[], SITES[:1], SITES[1:]]))
            row["sites"] = [{"id": i, "name": str(i)} for i in sites]
        if draw(st.booleans()):
            row["reviews"] = [
                {"clinicianId": "1111111111", "time": NOW - timedelta(days=draw(st.integers(0, 3)))}
            ]
        if draw(st.booleans()):
            row["glycemicRanges"] = draw(
                st.sampled_from(
                    [
                        {"type": "preset", "preset": "adaStandard"},
                        {"type": "preset", "preset": "adaHighRisk"},
                        {"type": "custom", "custom": {"name": "x", "thresholds": []}},
                    ]
                )
            )
        summary = {}
        for kind in ("cgm", "bgm"):
            if draw(st.booleans()):
                last = NOW - timedelta(days=draw(st.integers(0, 4)))
                dates = {"hasLastData": True, "lastData": last} if draw(st.booleans()) else {}
                summary[f"{kind}Stats"] = {
                    "id": "",
                    "dates": {"hasLastData": False, **dates},
                    "periods": {
                        p: period_values(draw, kind)
                        for p in draw(st.sampled_from([["14d"], ["14d", "7d"], []]))
                    },
                }
        if summary:
            row["summary"] = summary
        rows.append(row)
    return rows


def id_choices(ids):
    return st.sampled_from(
        [["_"], *([str(i)] for i in ids), [str(i) for i in ids[:2]], ["_", str(ids[0])]]
    )


@st.composite
def queries(draw):
    query = {}
    if draw(st.booleans()):
        query["period"] = draw(st.sampled_from(["14d", "7d", "1d"]))
    if draw(st.booleans()):
        query["sortType"] = draw(st.sampled_from(["cgm", "bgm"]))
        names = ["fullName", "birthDate", "lastReviewed", "lastData", *FIELDS[query["sortType"]]]
        query["sort"] = draw(st.sampled_from("+-")) + draw(st.sampled_from(names))
    options = {
        "search": st.sampled_from(
            [
                "a",
                "ADA",
                "o'neil +x",
                "+X O’Neil",
                "zoe 1990",
                ".",
                "@example",
                "ä",
                "\x1f",
                "x" * 9,
                " ",
            ]
        ),
        "tags": id_choices(TAGS),
        "sites": id_choices(SITES),
        "omitNonStandardRanges": st.booleans(),
        "lastReviewed": st.integers(0, 3).map(lambda d: NOW - timedelta(days=d)),
        "cgm.lastDataFrom": st.integers(0, 4).map(lambda d: NOW - timedelta(days=d)),
        "bgm.lastDataTo": st.integers(0, 4).map(lambda d: NOW - timedelta(days=d)),
        "cgm.timeInTargetPercent": ranges(),
        "cgm.timeInTargetPercentDelta": ranges(),
        "bgm.timeInVeryLowRecords": ranges(),
        "bgm.timeInExtremeHighPercent": ranges(),
    }
    for name in draw(st.lists(st.sampled_from(sorted(options)), max_size=3, unique=True)):
        query[name] = draw(options[name])
    return query, draw(st.integers(0, 6)), draw(st.integers(1, 8))


def ranges():
    return st.tuples(st.sampled_from([">", ">=", "<", "<="]), st.sampled_from(NUMBERS)).map(
        lambda pair: f"{pair[0]}{pair[1]}"
    )


@pytest.fixture(params=[False, True], ids=["as a whole", "in halves"])
def in_halves(request, monkeypatch):
    """How all rows of a clinic are read, as those of a small and as those of a large one."""
    if request.param:
        monkeypatch.setattr(halves, "LEAST", 1)


@settings(
    max_examples=35,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=patients(), requests=st.lists(queries(), min_size=4, max_size=4))
def test_pages_counts_and_orders_agree_with_the_model(in_halves, rows, requests):
    db.collection("patients").delete_many({})
    clinic, other = make_clinic(), make_clinic()
    documents = make_patients(clinic, rows) if rows else []
    make_patients(other, [{"fullName": "Ada"}])
    for query, skip, limit in requests:
        page = list_patients(
            clinic_id=str(clinic["_id"]),
            patient_filter=read_filter(query),
            ordering=read_ordering(query),
            skip=skip,
            limit=limit,
        )
        from_model = Model(documents).page(query, skip=skip, limit=limit)
        assert ([d["userId"] for d in page.documents], page.count) == from_model, query
        assert page.total == len(documents)


@pytest.mark.parametrize("most", range(1, 5))
def test_a_search_is_right_where_more_is_found_than_is_sent_back(monkeypatch, most):
    """Also where the first ones that are not counted one by one have equal keys."""
    monkeypatch.setattr(halves, "LEAST", 1)
    monkeypatch.setattr(patient_lists, "_MOST_SENT", most)
    clinic = make_clinic()
    alike = {"fullName": "Zoe Alike", "birthDate": "1990-01-01", "mrn": "", "email": ""}
    named = [{"fullName": name * 100} for name in NAMES]
    documents = make_patients(clinic, [*named, *[alike] * 3])
    assert len({row["searchKey"] for row in db.collection(kept.ROWS).find({})}) < len(documents)
    query = {"search": "zoe"}
    page = list_patients(
        clinic_id=str(clinic["_id"]),
        patient_filter=read_filter(query),
        ordering=read_ordering(query),
        skip=1,
        limit=5,
    )
    assert ([d["userId"] for d in page.documents], page.count) == Model(documents).page(
        query, skip=1, limit=5
    )


@pytest.mark.parametrize("sign", ["+", "-"])
@pytest.mark.parametrize("name", ["timeInTargetPercent", "totalRecords"])
@pytest.mark.parametrize("with_value", [0, 2])
def test_those_without_a_value_or_its_flag_are_behind_the_others(in_halves, sign, name, with_value):
    flag = f"has{name[0].upper()}{name[1:]}"
    certain = [{name: number, flag: True} for number in (3, 1)[:with_value]]
    uncertain = [{name: number, flag: False} for number in (0, 7, 2)]
    rows = [{}, *uncertain, *certain, {flag: False}]
    clinic = make_clinic()
    documents = make_patients(
        clinic,
        [{"summary": {"cgmStats": {"id": "", "periods": {"7d": period}}}} for period in rows],
    )
    query = {"sort": sign + name, "sortType": "cgm", "period": "7d"}
    for skip in range(len(rows) + 1):
        for limit in (1, 3, 10):
            page = list_patients(
                clinic_id=str(clinic["_id"]),
                patient_filter=read_filter(query),
                ordering=read_ordering(query),
                skip=skip,
                limit=limit,
            )
            expected, _ = Model(documents).page(query, skip=skip, limit=limit)
            assert [d["userId"] for d in page.documents] == expected, (skip, limit)


@pytest.mark.parametrize(
    "sort",
    [
        "+fullName",
        "-birthDate",
        "+lastData",
        "-glucoseManagementIndicator",
        "+timeInTargetPercentDelta",
        "-max",
    ],
)
def test_pages_over_equal_values_show_each_patient_once(in_halves, sort):
    clinic = make_clinic()
    documents = make_patients(clinic, [{"fullName": NAMES[n % 2]} for n in range(23)])
    query = {"sort": sort, "sortType": "cgm"}
    user_ids = []
    for skip in range(0, 25, 5):
        page = list_patients(
            clinic_id=str(clinic["_id"]),
            patient_filter=read_filter(query),
            ordering=read_ordering(query),
            skip=skip,
            limit=5,
        )
        user_ids += [d["userId"] for d in page.documents]
    assert sorted(user_ids) == sorted(d["userId"] for d in documents)
