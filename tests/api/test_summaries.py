"""Summaries in, out and mapped from the data service (rules PATIENT-104 to PATIENT-112, MAIL-76 to MAIL-86)."""

from datetime import UTC, datetime

import pytest

from kernel import db
from patients import kept, statistics, summary_answers
from patients.services.seeding import seed_patients
from patients.services.summary_mapping import to_body
from tests.factories import make_clinic, make_clinician, make_patient, stored_patient

CONFIG = {
    "schemaVersion": 5,
    "highGlucoseThreshold": 10,
    "veryHighGlucoseThreshold": 13.9,
    "lowGlucoseThreshold": 3.9,
    "veryLowGlucoseThreshold": 3,
}
FLAGS = dict.fromkeys(statistics.DATE_FLAGS, False)


def period(kind, **values):
    part = {}
    for entry in statistics.TABLE[kind]:
        if entry.flagged:
            part[entry.flag] = False
        if entry.always:
            part |= {entry.name: 1, entry.delta: 0}
    return {**part, **values}


def stats(kind, **fields):
    return {
        "id": "a" * 24,
        "config": CONFIG,
        "dates": {**FLAGS, "hasLastData": True, "lastData": "2026-02-03T04:05:06.100Z"},
        "periods": {"14d": period(kind)},
        **fields,
    }


@pytest.fixture
def lakeside(ben):
    clinic = make_clinic()
    make_clinician(clinic, ben)
    return clinic


@pytest.fixture
def iris(lakeside):
    return make_patient(lakeside)


def url(patient):
    return f"/v1/patients/{patient['userId']}/summary"


def summary_of(patient):
    return db.collection("patients").find_one({"_id": patient["_id"]}).get("summary")


def test_a_summary_goes_to_all_clinics_of_the_user(lakeside, iris, backend):
    other = make_patient(make_clinic(), userId=iris["userId"])
    answer = backend.post(url(iris), {"cgmStats": stats("cgm")})
    assert (answer.status_code, answer.content) == (200, b"")
    for patient in (iris, other):
        stored = summary_of(patient)["cgmStats"]
        assert stored["id"] == "a" * 24
        assert stored["dates"]["lastData"] == datetime(2026, 2, 3, 4, 5, 6, 100000, tzinfo=UTC)
    assert stored_patient(lakeside, iris["userId"])["updatedTime"] > iris["updatedTime"]


def test_stored_types_are_those_of_every_reader(iris, backend):
    values = period(
        "cgm", timeInTargetPercent=1, timeInTargetMinutes=3, hasTimeInTargetPercent=True
    )
    backend.post(url(iris), {"cgmStats": stats("cgm", periods={"14d": values})})
    stored = summary_of(iris)["cgmStats"]
    part = stored["periods"]["14d"]
    assert isinstance(part["timeInTargetPercent"], float)
    assert isinstance(part["timeInTargetMinutes"], int)
    assert isinstance(part["min"], float)
    assert isinstance(stored["config"]["schemaVersion"], int)
    assert isinstance(stored["config"]["highGlucoseThreshold"], float)


def test_each_kind_is_replaced_whole_and_the_other_left(iris, backend):
    backend.post(url(iris), {"cgmStats": stats("cgm"), "bgmStats": stats("bgm")})
    fresh = stats("cgm", id="b" * 24, periods={"7d": period("cgm")})
    backend.post(url(iris), {"cgmStats": fresh})
    stored = summary_of(iris)
    assert set(stored["cgmStats"]["periods"]) == {"7d"}
    assert stored["bgmStats"]["id"] == "a" * 24


def test_a_kind_with_an_empty_id_is_stored(iris, backend):
    assert backend.post(url(iris), {"cgmStats": stats("cgm", id="")}).status_code == 200
    assert summary_of(iris)["cgmStats"]["id"] == ""


def test_a_kind_without_an_id_is_ignored(iris, backend, lakeside):
    nameless = {name: value for name, value in stats("cgm").items() if name != "id"}
    assert backend.post(url(iris), {"cgmStats": nameless}).status_code == 200
    assert summary_of(iris) is None
    assert backend.post(url(iris), {}).status_code == 200
    assert stored_patient(lakeside, iris["userId"])["updatedTime"] > iris["updatedTime"]


def test_no_body_removes_the_summary(iris, backend):
    backend.post(url(iris), {"cgmStats": stats("cgm")})
    assert backend.post(url(iris)).status_code == 200
    assert summary_of(iris) is None


def test_unknown_parts_are_dropped(iris, backend):
    old = stats("cgm", offsetPeriods={"14d": {}}, totalHours=3)
    old["periods"]["14d"]["somethingElse"] = 1
    backend.post(url(iris), {"cgmStats": old})
    stored = summary_of(iris)["cgmStats"]
    assert set(stored) == {"id", "config", "dates", "periods"}
    assert "somethingElse" not in stored["periods"]["14d"]


@pytest.mark.parametrize(
    "broken",
    [
        {"cgmStats": {"id": "A" * 24}},
        {"cgmStats": stats("cgm", dates={})},
        {"cgmStats": stats("cgm", config={})},
        {"cgmStats": stats("cgm", periods={"14d": {}})},
        {"cgmStats": stats("cgm", periods={"14d": period("cgm", totalRecords=1.5)})},
        {"cgmStats": stats("cgm", periods={"14d": period("cgm", min=None)})},
        {"bgmStats": None},
    ],
)
def test_invalid_summary_is_400(iris, backend, broken):
    assert backend.post(url(iris), broken).status_code == 400
    assert summary_of(iris) is None


def test_a_user_without_a_clinic_is_204(backend):
    answer = backend.post("/v1/patients/0123456789/summary", {"cgmStats": stats("cgm")})
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_summary_is_shown_as_it_was_sent(lakeside, iris, backend, ben):
    body = {"cgmStats": stats("cgm"), "bgmStats": stats("bgm")}
    backend.post(url(iris), body)
    returned_patient = ben.api.get(
        f"/v1/clinics/{lakeside['_id']}/patients/{iris['userId']}"
    ).json()
    assert returned_patient["summary"]["cgmStats"]["dates"]["lastData"] == "2026-02-03T04:05:06.1Z"
    assert returned_patient["summary"]["cgmStats"]["periods"] == body["cgmStats"]["periods"]
    assert returned_patient["summary"]["bgmStats"]["periods"] == body["bgmStats"]["periods"]


def doubles(kind):
    """Statistics as a writer stores them that knows one kind of number."""
    whole = {name: 250.0 for e in statistics.TABLE[kind] if e.whole for name in (e.name, e.delta)}
    config = {**CONFIG, "schemaVersion": 5.0}
    return stats(kind, config=config, dates=FLAGS, periods={"14d": period(kind, **whole)})


def test_counts_that_another_writer_stored_as_doubles_are_integers(lakeside, ben):
    """Rule PATIENT-146; other values stay what they are."""
    summary = {f"{kind}Stats": doubles(kind) for kind in statistics.KINDS}
    patient = make_patient(lakeside, summary=summary)
    for path in ("", f"/{patient['userId']}"):
        answer = ben.api.get(f"/v1/clinics/{lakeside['_id']}/patients{path}")
        shown = (answer.json()["data"][0] if not path else answer.json())["summary"]
        assert b"250.0" not in answer.content
        for kind in statistics.KINDS:
            part = shown[f"{kind}Stats"]
            assert type(part["config"]["schemaVersion"]) is int
            assert part["periods"] == summary[f"{kind}Stats"]["periods"]


@pytest.mark.parametrize("value", [250.5, 1e300])
def test_a_count_that_is_no_whole_number_stops_no_list(lakeside, ben, value):
    broken = stats("cgm", dates=FLAGS, periods={"14d": period("cgm", totalRecords=value)})
    make_patient(lakeside, summary={"cgmStats": broken})
    assert ben.api.get(f"/v1/clinics/{lakeside['_id']}/patients").status_code == 200


@pytest.mark.parametrize(
    "broken", [{"periods": 5}, {"periods": {"14d": 5}}, {"config": 5}, {"dates": 5}]
)
@pytest.mark.parametrize("kind", statistics.KINDS)
def test_the_rest_of_a_broken_summary_is_shown(kind, broken):
    shown = summary_answers.shown(f"{kind}Stats", {**stats(kind), **broken})
    assert shown["id"] == "a" * 24
    assert not any(shown.get(name) for name in broken)


@pytest.mark.foreign_documents
def test_stored_nulls_and_old_parts_are_not_shown(lakeside, ben):
    old = {
        "id": "",
        "config": CONFIG,
        "dates": {**FLAGS, "lastData": None},
        "periods": {"14d": period("bgm", standardDeviation=None, coefficientOfVariation=None)},
        "offsetPeriods": {"14d": {}},
        "totalHours": 2,
    }
    patient = make_patient(lakeside, summary={"bgmStats": old, "cgmStats": None})
    path = f"/v1/clinics/{lakeside['_id']}/patients/{patient['userId']}"
    summary = ben.api.get(path).json()["summary"]
    assert set(summary) == {"bgmStats"}
    assert set(summary["bgmStats"]) == {"id", "config", "dates", "periods"}
    assert "standardDeviation" not in summary["bgmStats"]["periods"]["14d"]
    assert "lastData" not in summary["bgmStats"]["dates"]


def test_removal_by_summary_id_works_for_both_kinds(iris, backend, lakeside):
    backend.post(url(iris), {"cgmStats": stats("cgm"), "bgmStats": stats("bgm", id="b" * 24)})
    before = stored_patient(lakeside, iris["userId"])["updatedTime"]
    assert backend.delete(f"/v1/summaries/{'b' * 24}/clinics").status_code == 200
    assert set(summary_of(iris)) == {"cgmStats"}
    assert stored_patient(lakeside, iris["userId"])["updatedTime"] == before
    assert backend.delete(f"/v1/summaries/{'b' * 24}/clinics").status_code == 204
    assert backend.delete(f"/v1/summaries/{'a' * 24}/clinics").status_code == 200


def test_summaries_are_for_services(iris, ben):
    assert ben.api.post(url(iris), {}).status_code == 403


# --- the data service's form ----------------------------------------------------------------------
def source_period(records=4000, minutes=20000, percent=0.9, **fields):
    part = {"glucose": 1.0, "minutes": 50, "records": 10, "percent": 0.1}
    bands = dict.fromkeys([f"in{band}" for band in statistics.BANDS], part)
    return {
        **bands,
        "total": {"minutes": minutes, "records": records, "percent": percent},
        "averageGlucoseMmol": 8.1,
        "glucoseManagementIndicator": 7.0,
        "averageDailyRecords": 200.0,
        "standardDeviation": 2.0,
        "coefficientOfVariation": 0.3,
        "daysWithData": 14,
        "hoursWithData": 300,
        "min": 3.0,
        "max": 15.0,
        **fields,
    }


def mapped(kind, name="14d", **fields):
    source = source_period(**fields)
    source.setdefault("delta", source_period(records=10, minutes=10, percent=0.01))
    return to_body(kind, {"id": "a" * 24, "periods": {name: source}})["periods"].get(name)


def test_a_full_period_is_copied_whole():
    part = mapped("cgm")
    assert part["timeCGMUseRecords"] == part["totalRecords"] == 4000
    assert part["timeInAnyLowPercent"] == 0.1
    assert part["timeInAnyLowPercentDelta"] == 0.1
    assert part["glucoseManagementIndicator"] == 7.0
    assert all(part[e.flag] for e in statistics.CGM if e.flagged)


@pytest.mark.parametrize(
    ("period_name", "fields", "has_percent", "has_gmi"),
    [
        ("14d", {"minutes": 1440, "percent": 0.1}, False, False),
        ("14d", {"minutes": 1441, "percent": 0.1}, True, False),
        ("1d", {"minutes": 1441, "percent": 0.7}, False, False),
        ("1d", {"minutes": 100, "percent": 0.71}, True, True),
        ("7d", {"records": 0, "percent": 0.9}, False, False),
    ],
)
def test_percentages_need_enough_data(period_name, fields, has_percent, has_gmi):
    part = mapped("cgm", period_name, **fields)
    assert ("timeInTargetPercent" in part) is part["hasTimeInTargetPercent"] is has_percent
    assert ("glucoseManagementIndicator" in part) is has_gmi


def test_differences_need_enough_data_before_too():
    delta = source_period(records=4000, minutes=19000, percent=0.5)
    part = mapped("cgm", delta=delta)
    assert "timeInTargetPercentDelta" not in part
    assert "averageGlucoseMmolDelta" not in part
    assert part["timeInTargetMinutesDelta"] == 50


def test_unchanged_statistics_have_no_difference():
    part = mapped("cgm", delta=None)
    assert "timeInTargetPercentDelta" not in part
    assert part["minDelta"] == 0


@pytest.mark.parametrize(
    ("records", "days", "has_spread"), [(30, 7, True), (29, 7, False), (30, 6, False)]
)
def test_the_spread_of_meter_values_needs_thirty_in_a_week(records, days, has_spread):
    part = mapped("bgm", records=records, daysWithData=days)
    assert ("standardDeviation" in part) is has_spread
    assert "hoursWithData" not in part


def test_periods_are_those_with_a_length():
    periods = {"7d": source_period(), "total": source_period(), "x30days": source_period()}
    part = to_body("cgm", {"id": "a", "periods": periods})["periods"]
    assert set(part) == {"7d", "x30days"}


@pytest.mark.parametrize("value", [None, "0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)])
def test_missing_date_is_left_out(value):
    dates = to_body("cgm", {"id": "a", "dates": {"lastData": value}})["dates"]
    assert dates["hasLastData"] is False
    assert "lastData" not in dates


@pytest.mark.parametrize("value", ["2026-01-01T00:00:00Z", 1767225600000])
def test_dates_come_as_text_or_milliseconds(value):
    dates = to_body("cgm", {"id": "a", "dates": {"lastUploadDate": value}})["dates"]
    assert dates["lastUploadDate"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert dates["hasLastUploadDate"] is True


# --- the text that is kept with the statistics ----------------------------------------------------
@pytest.fixture
def full(lakeside, backend):
    """A seeded patient with everything, and one whose summary a client sent."""
    seed_patients(clinic_id=lakeside["_id"], count=12, seed=3)
    patient = make_patient(lakeside)
    body = {"cgmStats": stats("cgm"), "bgmStats": stats("bgm")}
    assert backend.post(url(patient), body).status_code == 200
    return lakeside


def list_of(clinic, reader):
    return reader.api.get(f"/v1/clinics/{clinic['_id']}/patients?limit=100").json()["data"]


def without_texts():
    db.collection(kept.TEXTS).delete_many({})


@pytest.mark.foreign_writes
def test_the_kept_text_says_what_the_statistics_say(full, ben):
    kept = list_of(full, ben)
    without_texts()
    assert list_of(full, ben) == kept
    assert sum("summary" in patient for patient in kept) > 5


@pytest.mark.foreign_writes
def test_a_text_of_other_statistics_is_not_shown(full, ben):
    before = list_of(full, ben)
    db.collection(kept.TEXTS).update_many({}, {"$set": {"cgmStats.of": ["another", None, None]}})
    assert list_of(full, ben) == before


def test_one_patient_is_answered_like_the_list(full, ben):
    for listed in list_of(full, ben):
        assert ben.api.get(f"/v1/clinics/{full['_id']}/patients/{listed['id']}").json() == listed


def test_statistics_that_another_system_replaced_are_shown_at_once(full, ben):
    patient = next(p for p in list_of(full, ben) if "cgmStats" in p.get("summary", {}))
    foreign = {"id": "f" * 24, "config": CONFIG, "dates": FLAGS}
    db.collection("patients").update_one(
        {"clinicId": full["_id"], "userId": patient["id"]}, {"$set": {"summary.cgmStats": foreign}}
    )
    part = next(p for p in list_of(full, ben) if p["id"] == patient["id"])
    assert part["summary"]["cgmStats"] == foreign
    assert part["summary"].get("bgmStats") == patient["summary"].get("bgmStats")


@pytest.mark.foreign_writes
def test_a_list_fetches_texts_and_no_statistics(full, ben, mongo_commands):
    list_of(full, ben)
    with mongo_commands() as commands:
        list_of(full, ben)
    before = len(commands)
    without_texts()
    with mongo_commands() as commands:
        list_of(full, ben)
    assert len(commands) == before + 1  # those without a text are fetched whole
