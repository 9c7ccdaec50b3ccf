"""The TIDE report (rules PATIENT-113 to PATIENT-121)."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from bson import ObjectId

from kernel import clock
from patients.services.tide import CATEGORIES, DEFAULT_CATEGORIES, categories
from tests.factories import make_clinic, make_clinician, make_patients

RED, BLUE, NORTH, SOUTH = (ObjectId() for _ in range(4))
GOOD = {"timeInTargetPercent": 0.8, "timeCGMUsePercent": 0.9}


@pytest.fixture
def lakeside(ben):
    clinic = make_clinic()
    make_clinician(clinic, ben)
    return clinic


def url(clinic, **query):
    cutoff = (clock.now() - timedelta(days=14)).isoformat()
    parameters = {"period": "14d", "tags": str(RED), "lastDataCutoff": cutoff, **query}
    text = urlencode({name: value for name, value in parameters.items() if value is not None})
    return f"/v1/clinics/{clinic['_id']}/tide_report?{text}"


def person(name, days=1.0, period="14d", tags=(RED,), **values):
    dates = {} if days is None else {"lastData": clock.now() - timedelta(days=days)}
    stats = {"id": "", "dates": dates, "periods": {period: values}}
    return {"fullName": name, "tags": list(tags), "summary": {"cgmStats": stats}}


def results(answer):
    assert answer.status_code == 200, answer.content
    report = answer.json()["results"]
    return {name: [row["patient"]["fullName"] for row in rows] for name, rows in report.items()}


def only(clinic, api, category, **query):
    answer = api.get(url(clinic, categories=category, excludeNoData="true", **query))
    return results(answer)[category]


# --- categories -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("category", "field", "in_order", "outside"),
    [
        ("timeInVeryLowPercent", None, [0.9, 0.0101], [0.01, None]),
        ("timeInAnyLowPercent", None, [0.5, 0.041], [0.04, None]),
        ("timeInExtremeHighPercent", None, [0.02, 0.01], [0.0099, None]),
        ("timeInVeryHighPercent", None, [0.06, 0.051], [0.05, None]),
        ("timeInAnyHighPercent", None, [0.9, 0.26], [0.25, None]),
        (
            "dropInTimeInTargetPercent",
            "timeInTargetPercentDelta",
            [-0.5, -0.16],
            [-0.15, 0.5, None],
        ),
        ("timeInTargetPercent", None, [0, 0.69], [0.7, None]),
        ("timeCGMUsePercent", None, [0, 0.69], [0.7, None]),
    ],
)
def test_members_of_each_category_and_their_order(
    lakeside, ben, category, field, in_order, outside
):
    values = [*in_order[::-1], *outside]
    rows = [person(str(v), **({} if v is None else {field or category: v})) for v in values]
    make_patients(lakeside, rows)
    assert only(lakeside, ben.api, category) == [str(v) for v in in_order]


def test_patients_who_meet_the_targets(lakeside, ben):
    bad = {
        "timeInAnyLowPercent": 0.041,
        "timeInVeryLowPercent": 0.011,
        "timeInAnyHighPercent": 0.26,
        "timeInVeryHighPercent": 0.051,
        "timeInExtremeHighPercent": 0.01,
    }
    rows = [person(f"bad {name}", **GOOD, **{name: value}) for name, value in bad.items()]
    rows += [
        person("good", **GOOD),
        person("better", timeInTargetPercent=0.9, timeCGMUsePercent=0.7),
        person("edge", **{**GOOD, "timeInTargetPercent": 0.7}, timeInAnyLowPercent=0.04),
        person("low use", timeInTargetPercent=0.9, timeCGMUsePercent=0.69),
        person("low target", timeInTargetPercent=0.69, timeCGMUsePercent=0.9),
        person("unknown use", timeInTargetPercent=0.9),
    ]
    make_patients(lakeside, rows)
    assert only(lakeside, ben.api, "meetingTargets") == ["better", "good", "edge"]


# --- whole percents -------------------------------------------------------------------------------
LIMITS = {
    "timeInVeryLowPercent": lambda percent: percent >= 1,
    "timeInAnyLowPercent": lambda percent: percent >= 4,
    "timeInExtremeHighPercent": lambda percent: percent >= 1,
    "timeInVeryHighPercent": lambda percent: percent >= 5,
    "timeInAnyHighPercent": lambda percent: percent >= 25,
    "dropInTimeInTargetPercent": lambda percent: percent <= -15,
    "timeCGMUsePercent": lambda percent: percent < 70,
    "timeInTargetPercent": lambda percent: percent <= 70,
}


@pytest.mark.parametrize("category", LIMITS)
def test_rounded_limits_are_those_of_whole_percents(settings, category):
    """Every value with four decimals, as exact numbers and as stored ones."""
    settings.TIDE_ROUNDING = "rounded"
    (bound,) = categories()[category].needs
    for number in range(-10_000, 10_001):
        percent = round(Decimal(number) / 100)  # half to even
        assert bound.holds({bound.field: number / 10_000}) == LIMITS[category](percent), number


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (
            "rounded",
            {
                "timeInVeryLowPercent": ["very low 0.0051"],
                "timeInAnyLowPercent": ["any low 0.035"],
                "timeCGMUsePercent": ["use 0.6949"],
                "meetingTargets": ["use 0.695"],
            },
        ),
        (
            "classic",
            {
                "timeInVeryLowPercent": [],
                "timeInAnyLowPercent": [],
                "timeCGMUsePercent": ["use 0.6949", "use 0.695"],
                "meetingTargets": ["any low 0.0349", "target 0.70"],
            },
        ),
    ],
)
def test_the_setting_says_who_is_in_a_category(lakeside, ben, settings, rounding, expected):
    settings.TIDE_ROUNDING = rounding
    full = {"timeCGMUsePercent": 0.9}
    rows = [
        person("any low 0.0349", timeInAnyLowPercent=0.0349, timeInTargetPercent=0.705, **full),
        person("any low 0.035", timeInAnyLowPercent=0.035),
        person("very low 0.005", timeInVeryLowPercent=0.005),
        person("very low 0.0051", timeInVeryLowPercent=0.0051),
        person("target 0.70", timeInTargetPercent=0.7, **full),
        person("use 0.6949", timeInTargetPercent=0.9, timeCGMUsePercent=0.6949),
        person("use 0.695", timeInTargetPercent=0.9, timeCGMUsePercent=0.695),
    ]
    make_patients(lakeside, rows)
    answer = ben.api.get(url(lakeside, categories=",".join(expected), excludeNoData="true"))
    assert results(answer) == expected
    assert answer.json()["config"]["filters"]["timeInVeryLowPercent"] == ">0.01"


# --- order and number -----------------------------------------------------------------------------
def test_the_first_category_that_fits_wins(lakeside, ben):
    both = {"timeInVeryLowPercent": 0.5, "timeInAnyLowPercent": 0.6}
    make_patients(lakeside, [person("both", **both), person("low", timeInAnyLowPercent=0.5)])
    categories = "timeInVeryLowPercent,timeInAnyLowPercent,timeInVeryLowPercent"
    report = results(ben.api.get(url(lakeside, categories=categories)))
    assert report["timeInVeryLowPercent"] == ["both"]
    assert report["timeInAnyLowPercent"] == ["low"]
    report = results(
        ben.api.get(url(lakeside, categories="timeInAnyLowPercent,timeInVeryLowPercent"))
    )
    assert report == {
        "timeInAnyLowPercent": ["both", "low"],
        "timeInVeryLowPercent": [],
        "noData": [],
    }


def test_the_usual_categories_and_their_order(lakeside, ben):
    report = ben.api.get(url(lakeside)).json()["results"]
    assert list(report) == [*DEFAULT_CATEGORIES, "noData"]
    assert "timeInExtremeHighPercent" not in report


def test_report_ends_at_a_hundred_patients_and_omits_later_categories(lakeside, ben):
    rows = [person(f"v{n}", timeInVeryLowPercent=0.5) for n in range(60)]
    rows += [person(f"a{n}", timeInAnyLowPercent=0.5) for n in range(60)]
    make_patients(lakeside, [*rows, person("good", **GOOD)])
    report = results(ben.api.get(url(lakeside)))
    assert {name: len(rows) for name, rows in report.items()} == {
        "timeInVeryLowPercent": 60,
        "timeInAnyLowPercent": 40,
        "noData": 0,
    }


def test_equal_values_come_in_a_fixed_order(lakeside, ben):
    patients = make_patients(
        lakeside, [person(f"p{n}", timeInVeryLowPercent=0.5) for n in range(9)]
    )
    expected = [d["fullName"] for d in sorted(patients, key=lambda d: d["_id"])]
    assert only(lakeside, ben.api, "timeInVeryLowPercent") == expected


# --- who is considered ----------------------------------------------------------------------------
def test_all_tags_are_needed_and_the_cutoff_is_inclusive(lakeside, ben):
    at = clock.now() - timedelta(days=3)
    rows = [
        person("both", tags=(RED, BLUE), timeInVeryLowPercent=0.5),
        person("one", timeInVeryLowPercent=0.6),
    ]
    at_cutoff = person("at", timeInVeryLowPercent=0.4)
    at_cutoff["summary"]["cgmStats"]["dates"]["lastData"] = at
    before = person("before", timeInVeryLowPercent=0.4)
    before["summary"]["cgmStats"]["dates"]["lastData"] = at - timedelta(milliseconds=1)
    make_patients(lakeside, [*rows, at_cutoff, before])
    make_patients(make_clinic(), [person("elsewhere", timeInVeryLowPercent=0.9)])
    cutoff = at.isoformat()
    assert only(lakeside, ben.api, "timeInVeryLowPercent", lastDataCutoff=cutoff) == [
        "one",
        "both",
        "at",
    ]
    tags = f"{RED},{BLUE}"
    assert only(lakeside, ben.api, "timeInVeryLowPercent", tags=tags) == ["both"]


@pytest.fixture
def placed(lakeside):
    """Patients of two sites and two tags: who needs attention, and who has no data."""
    north, south = (
        {"id": site, "name": name} for site, name in ((NORTH, "North"), (SOUTH, "South"))
    )
    low = {"timeInVeryLowPercent": 0.5}
    rows = [
        person("red north", tags=(RED,), **low) | {"sites": [north]},
        person("blue north", tags=(BLUE,), **low) | {"sites": [north]},
        person("red both", tags=(RED,), **low) | {"sites": [south, north]},
        person("red south", tags=(RED,), **low) | {"sites": [south]},
        person("silent north", days=None) | {"sites": [north]},
        person("silent south", days=30) | {"sites": [south]},
        {key: v for key, v in person("bare", **low).items() if key != "tags"},
        {"fullName": "silent bare"},
    ]
    make_patients(lakeside, rows)
    make_patients(make_clinic(), [person("elsewhere", **low) | {"sites": [north]}])
    return lakeside


@pytest.mark.parametrize(
    ("query", "needing", "silent"),
    [
        ({"sites": NORTH}, {"red north", "blue north", "red both"}, ["silent north"]),
        ({"sites": NORTH, "tags": RED}, {"red north", "red both"}, ["silent north"]),
        (
            {"sites": f"{NORTH},{SOUTH}"},
            {"red north", "blue north", "red both", "red south"},
            ["silent north", "silent south"],
        ),
        ({"sites": "", "tags": f"{BLUE},"}, {"blue north"}, []),
        (
            {"tags": ""},
            {"red north", "blue north", "red both", "red south", "bare"},
            ["silent north", "silent bare", "silent south"],
        ),
        ({"sites": ObjectId()}, set(), []),
    ],
    ids=["a site", "tag and site", "any of two sites", "an empty part", "neither", "unknown site"],
)
def test_tags_and_sites_narrow_every_category(placed, ben, query, needing, silent):
    report = results(ben.api.get(url(placed, **{"tags": None, **query})))
    assert set(report["timeInVeryLowPercent"]) == needing
    assert report["noData"] == silent
    assert all(
        not rows for name, rows in report.items() if name not in ("timeInVeryLowPercent", "noData")
    )


def test_the_report_echoes_what_was_asked(placed, ben):
    def asked(**query):
        config = ben.api.get(url(placed, **query)).json()["config"]
        return config["tags"], config.get("sites")

    assert asked() == ([str(RED)], None)
    assert asked(tags=None) == asked(tags="", sites="") == ([], None)
    assert asked(tags=None, sites=f"{NORTH},{NORTH}") == ([], [str(NORTH)])


def test_the_whole_clinic_has_the_usual_limits(lakeside, ben):
    rows = [person(f"v{n}", timeInVeryLowPercent=0.5) for n in range(110)]
    make_patients(lakeside, [*rows, *(person(f"s{n}", days=None) for n in range(60))])
    report = results(ben.api.get(url(lakeside, tags=None)))
    assert {name: len(rows) for name, rows in report.items()} == {
        "timeInVeryLowPercent": 100,
        "noData": 50,
    }
    assert report["noData"] == [f"s{n}" for n in range(50)]


def test_only_the_period_asked_counts(lakeside, ben):
    make_patients(lakeside, [person("week", period="7d", timeInVeryLowPercent=0.5)])
    assert only(lakeside, ben.api, "timeInVeryLowPercent") == []
    assert only(lakeside, ben.api, "timeInVeryLowPercent", period="7d") == ["week"]


def dexcom(state):
    return [{"providerName": "dexcom", "state": state}]


@pytest.mark.parametrize("tags", [(RED,), (RED, BLUE)], ids=["one tag", "two tags"])
def test_patients_without_recent_data(lakeside, ben, tags):
    rows = [
        person("never", days=None),
        {"fullName": "no summary", "tags": [RED]},
        person("old", days=20),
        person("recent", days=1),
        person("now", days=0.1) | {"dataSources": dexcom("error")},
        person("cut off", days=2) | {"dataSources": dexcom("disconnected")},
        person("connected", days=2) | {"dataSources": dexcom("connected")},
        person("other", days=2) | {"dataSources": [{"providerName": "abbott", "state": "error"}]},
        person("both", days=3, timeInVeryLowPercent=0.5) | {"dataSources": dexcom("error")},
    ]
    make_patients(lakeside, [row | {"tags": list(tags)} for row in rows])
    make_patients(lakeside, [person("with another tag", days=None) | {"tags": [BLUE]}])
    tag_list = ",".join(map(str, tags))
    report = results(ben.api.get(url(lakeside, tags=tag_list)))
    assert set(report["noData"][:2]) == {"never", "no summary"}
    assert report["noData"][2:] == ["old", "both", "cut off"]
    assert report["timeInVeryLowPercent"] == ["both"]
    without = results(ben.api.get(url(lakeside, tags=tag_list, excludeNoData="true")))
    assert "noData" not in without


@pytest.mark.parametrize("tags", [(RED,), (RED, BLUE)], ids=["one tag", "two tags"])
def test_no_data_has_a_limit_of_its_own(lakeside, ben, tags):
    rows = [person(f"o{n}", days=20, tags=tags) for n in range(60)]
    rows += [person(f"v{n}", tags=tags, timeInVeryLowPercent=0.5) for n in range(100)]
    make_patients(lakeside, rows)
    report = results(ben.api.get(url(lakeside, tags=",".join(map(str, tags)))))
    assert len(report["timeInVeryLowPercent"]) == 100
    assert len(report["noData"]) == 50


# --- form -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2025-07-01T02:00:00+02:00", "2025-07-01T02:00:00+02:00"),
        ("2025-07-01t02:00:00.120z", "2025-07-01T02:00:00.12Z"),
        ("2025-07-01T02:00:00.1239999-05:30", "2025-07-01T02:00:00.123-05:30"),
        ("2025-07-01T02:00:00-00:00", "2025-07-01T02:00:00Z"),
        ("2016-12-31T23:59:60+01:00", "2017-01-01T00:00:00+01:00"),
    ],
)
def test_the_cutoff_is_shown_as_it_was_used_in_its_own_offset(lakeside, ben, sent, shown):
    answer = ben.api.get(url(lakeside, lastDataCutoff=sent)).json()
    assert answer["config"]["lastDataCutoff"] == shown


def test_minutes_that_another_writer_stored_as_a_double_are_an_integer(lakeside, ben):
    make_patients(lakeside, [person("Iris", timeInVeryLowPercent=0.5, timeCGMUseMinutes=250.0)])
    assert b'"timeCGMUseMinutes":250,' in ben.api.get(url(lakeside)).content


def test_report_has_the_described_shape(lakeside, ben):
    patients = make_patients(
        lakeside,
        [
            person("Iris", timeInVeryLowPercent=0.5, averageGlucoseMmol=7.123456789)
            | {"email": "iris@example.org", "tags": [RED, BLUE]},
        ],
    )
    cutoff = "2020-07-01T02:00:00.500+02:00"
    answer = ben.api.get(url(lakeside, lastDataCutoff=cutoff, lastData="14")).json()
    assert answer["config"] == {
        "schemaVersion": 2,
        "clinicId": str(lakeside["_id"]),
        "period": "14d",
        "lastDataCutoff": "2020-07-01T02:00:00.5+02:00",
        "highGlucoseThreshold": 10,
        "veryHighGlucoseThreshold": 13.9,
        "extremeHighGlucoseThreshold": 19.4,
        "lowGlucoseThreshold": 3.9,
        "veryLowGlucoseThreshold": 3,
        "tags": [str(RED)],
        "filters": {
            "timeInVeryLowPercent": ">0.01",
            "timeInAnyLowPercent": ">0.04",
            "dropInTimeInTargetPercent": "<-0.15",
            "timeInTargetPercent": "<0.7",
            "timeCGMUsePercent": "<0.7",
        },
    }
    row = answer["results"]["timeInVeryLowPercent"][0]
    assert row == {
        "averageGlucoseMmol": 7.123456789,
        "timeInVeryLowPercent": 0.5,
        "lastData": clock.format_time(patients[0]["summary"]["cgmStats"]["dates"]["lastData"]),
        "patient": {
            "id": patients[0]["userId"],
            "email": "iris@example.org",
            "fullName": "Iris",
            "tags": [str(RED), str(BLUE)],
            "reviews": [],
            "dataSources": None,
        },
    }


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"period": None}, 'parameter "period" in query has an error: value is required'),
        ({"period": "2d"}, 'parameter "period" in query'),
        ({"tags": "x"}, 'parameter "tags" in query'),
        ({"sites": "x"}, 'parameter "sites" in query'),
        ({"sites": f"{RED},x"}, 'parameter "sites" in query'),
        ({"lastDataCutoff": None}, 'parameter "lastDataCutoff" in query has an error'),
        ({"lastDataCutoff": "2025-07-01T00:00:00"}, ""),
        ({"lastDataCutoff": "0001-01-01T00:00:00Z"}, "bad request: no lastDataCutoff provided"),
        ({"categories": "odd"}, 'parameter "categories" in query'),
        ({"categories": ""}, 'parameter "categories" in query has an error: empty value'),
    ],
)
def test_wrong_list_parameters_are_400(lakeside, ben, query, message):
    answer = ben.api.get(url(lakeside, **query))
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(message)


def test_the_report_is_for_members_and_services(lakeside, backend, eve):
    assert backend.get(url(lakeside)).status_code == 200
    assert eve.api.get(url(lakeside)).status_code == 403
    assert len(CATEGORIES) == 9
