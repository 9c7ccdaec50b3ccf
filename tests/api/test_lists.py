"""The list of patients through the API (rules PATIENT-80 to PATIENT-99, PATIENT-1 to PATIENT-11)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from bson import ObjectId

from patients import statistics
from patients.services.patient_lists import list_patients, read_filter, read_ordering
from tests.factories import make_clinic, make_clinician, make_patient, make_patients

TAGS = [ObjectId() for _ in range(3)]
SITES = [{"id": ObjectId(), "name": name} for name in ("North", "South")]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def lakeside(ben):
    clinic = make_clinic()
    make_clinician(clinic, ben)
    return clinic


def url(clinic, **query):
    text = urlencode({name.replace("__", "."): value for name, value in query.items()})
    return f"/v1/clinics/{clinic['_id']}/patients?{text}"


def names(answer):
    assert answer.status_code == 200, answer.content
    return [p["fullName"] for p in answer.json()["data"]]


def stats(kind, days_ago=None, **periods):
    dates = dict.fromkeys(statistics.DATE_FLAGS, False)
    if days_ago is not None:
        dates |= {"hasLastData": True, "lastData": NOW - timedelta(days=days_ago)}
    config = dict.fromkeys(
        ("schemaVersion", "highGlucoseThreshold", "veryHighGlucoseThreshold"), 1
    ) | {"lowGlucoseThreshold": 1, "veryLowGlucoseThreshold": 1}
    return {
        "id": "",
        "config": config,
        "dates": dates,
        "periods": {name: filled(kind, values) for name, values in periods.items()},
    }


def filled(kind, values):
    period = {}
    for entry in statistics.TABLE[kind]:
        if entry.flagged:
            period[entry.flag] = entry.name in values
        if entry.always:
            period |= {entry.name: 0.0, entry.delta: 0.0}
    return {**period, **values}


def cgm(name, value=None, field="timeInTargetPercent", days_ago=None, period="14d"):
    values = {} if value is None else {field: value}
    return {
        "fullName": name,
        "summary": {"cgmStats": stats("cgm", days_ago, **{period: values})},
    }


def bgm(name, value, field):
    return {
        "fullName": name,
        "summary": {"bgmStats": stats("bgm", None, **{"14d": {field: value}})},
    }


def listed(clinic, **query):
    """Past the parameters' checks: the first names of the list itself."""
    page = list_patients(
        clinic_id=str(clinic["_id"]),
        patient_filter=read_filter(query),
        ordering=read_ordering(query),
        skip=0,
        limit=4,
    )
    return [d["fullName"] for d in page.documents]


# --- pages ----------------------------------------------------------------------------------------
def test_default_page_is_ten_patients_by_name(lakeside, ben):
    make_patients(lakeside, [{"fullName": f"P{n:02}"} for n in range(12)])
    answer = ben.api.get(url(lakeside))
    assert names(answer) == [f"P{n:02}" for n in range(10)]
    assert answer.json()["meta"] == {"count": 12, "totalCount": 12}
    assert names(ben.api.get(url(lakeside, offset=10))) == ["P10", "P11"]
    assert names(ben.api.get(url(lakeside, offset=12))) == []
    assert len(names(ben.api.get(url(lakeside, limit=1001)))) == 12


def test_names_sort_without_case_and_accents(lakeside, ben):
    make_patients(lakeside, [{"fullName": n} for n in ("zoe", "Ähre", "Zoë", "ada", "Ahri")])
    expected = ["ada", "Ähre", "Ahri", "zoe", "Zoë"]
    assert names(ben.api.get(url(lakeside))) == expected
    answer = ben.api.get(url(lakeside, sort="-fullName", sortType="bgm"))
    assert names(answer) == ["Zoë", "zoe", "Ahri", "Ähre", "ada"]


def test_a_clinic_shows_its_own_patients_alone(lakeside, ben, cy):
    other = make_clinic()
    make_clinician(other, cy)
    make_patient(other, fullName="Theirs")
    make_patient(lakeside, fullName="Ours")
    assert names(ben.api.get(url(lakeside))) == ["Ours"]
    assert ben.api.get(url(other)).status_code == 403


def test_a_service_sees_an_unknown_clinic_as_empty(backend):
    answer = backend.get("/v1/clinics/" + "a" * 24 + "/patients")
    assert answer.json() == {"data": [], "meta": {"count": 0, "totalCount": 0}}


def test_a_page_of_many_large_patients_is_no_failure(lakeside, ben):
    make_patients(lakeside, [{"fullName": "x" * 20000} for _ in range(1000)])
    answer = ben.api.get(url(lakeside, limit=1000))
    assert len(answer.json()["data"]) == 1000


# --- parameters -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"search": ""}, 'parameter "search" in query has an error: empty value is not allowed'),
        ({"limit": "0"}, 'parameter "limit" in query has an error: number must be at least 1'),
        ({"offset": "-1"}, 'parameter "offset" in query has an error: number must be at least 0'),
        ({"limit": "ten"}, 'parameter "limit" in query has an error: value must be an integer'),
        ({"period": "2d"}, 'parameter "period" in query has an error'),
        ({"sortType": "xgm"}, 'parameter "sortType" in query has an error'),
        ({"sort": "fullName"}, 'parameter "sort" in query has an error'),
        ({"sort": " fullName"}, 'parameter "sort" in query has an error'),
        (
            {"sort": "x+fullName", "sortType": "cgm"},
            "bad request: invalid sort parameter, missing sort order",
        ),
        ({"sort": "+fullName"}, "bad request: invalid sort parameter, missing type"),
        (
            {"sort": "+email", "sortType": "cgm"},
            "bad request: invalid sort parameter, invalid sort attribute",
        ),
        (
            {"sort": "+timeCGMUseMinutes", "sortType": "cgm"},
            "bad request: invalid sort parameter, invalid sort attribute",
        ),
        (
            {"sort": "+glucoseManagementIndicator", "sortType": "bgm"},
            "bad request: invalid sort parameter, invalid sort attribute",
        ),
        ({"cgm__timeInTargetPercent": "=0.7"}, 'parameter "cgm.timeInTargetPercent" in query'),
        ({"cgm__timeInTargetPercent": ">0.7x"}, 'parameter "cgm.timeInTargetPercent" in query'),
        ({"cgm__totalRecords": ">0.5"}, 'parameter "cgm.totalRecords" in query'),
        ({"cgm__lastDataFrom": "yesterday"}, 'parameter "cgm.lastDataFrom" in query'),
        ({"lastReviewed": "2025-07-01T00:00:00"}, ""),
        ({"omitNonStandardRanges": "maybe"}, 'parameter "omitNonStandardRanges" in query'),
    ],
)
def test_wrong_list_parameters_are_400(lakeside, ben, query, message):
    answer = ben.api.get(url(lakeside, **query))
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(message)


def test_unknown_parameters_and_a_lonely_sort_type_are_ignored(lakeside, ben):
    make_patient(lakeside, fullName="A", mrn="1")
    query = {"mrn": "2", "lastData": "14", "workspaceId": "x", "sortType": "cgm", "pretty": ""}
    assert names(ben.api.get(url(lakeside, **query))) == ["A"]


def test_pretty_parameter_indents_the_answer(lakeside, ben):
    assert b"\n  " in ben.api.get(url(lakeside, pretty="1")).content


# --- search ---------------------------------------------------------------------------------------
@pytest.mark.yardstick("L4")
@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("neil", ["Ö'NEIL +x"]),
        ("o'n", ["Ö'NEIL +x"]),
        ("O’n", ["Ö'NEIL +x"]),
        ("ö'N", ["Ö'NEIL +x"]),
        ("L +X", ["Ö'NEIL +x"]),
        ("+", ["Ö'NEIL +x"]),
        (".", ["Mail"]),
        ("a.b@", ["Mail"]),
        ("x-7", ["Mrn"]),
        ("1990-01", ["Born"]),
        ("*", []),
        ("\\", []),
        (" +x  o'neil\u00a0", ["Ö'NEIL +x"]),
        ("o'neil y", []),
        ("example mail", ["Mail"]),
        ("mailé", []),
        ("mailx", []),
        ("strasse", ["Straße"]),
        ("STRAßE", ["Straße"]),
        ("σ", ["ΟΔΟΣ"]),
        ("İ", ["İz", "Mail", "Ö'NEIL +x"]),
        ("iz", ["İz"]),
    ],
)
def test_every_word_of_a_search_is_a_literal_part_of_a_field_case_and_accents_aside(
    lakeside, ben, text, hits
):
    rows = [
        {"fullName": "Ö'NEIL +x"},
        {"fullName": "Mail", "email": "a.b@example.org"},
        {"fullName": "Mrn", "mrn": "X-7"},
        {"fullName": "Born", "birthDate": "1990-01-02"},
        {"fullName": "Straße"},
        {"fullName": "ΟΔΟΣ"},
        {"fullName": "İz"},
    ]
    make_patients(lakeside, rows)
    make_patient(make_clinic(), fullName="O'Neil")
    answer = ben.api.get(url(lakeside, search=text))
    assert names(answer) == hits
    assert answer.json()["meta"] == {"count": len(hits), "totalCount": 7}


@pytest.mark.yardstick("L4")
@pytest.mark.parametrize("letter", ["o", "a", "ﷺ", "(", "𝒜", "ß"])
def test_a_search_of_any_length_is_answered(lakeside, ben, letter):
    """A letter is looked for with all its accents, and MongoDB bounds what a pattern may hold."""
    make_patient(lakeside, fullName="o" * 40)
    for path in ("patients", "clinicians"):
        url = f"/v1/clinics/{lakeside['_id']}/{path}"
        answer = ben.api.get(f"{url}?search={quote(letter * 256)}")
        assert answer.status_code == 200, answer.content
    page = ben.api.get(f"/v1/clinics/{lakeside['_id']}/patients?search={'O' * 40}").json()
    assert len(page["data"]) == 1


@pytest.mark.parametrize("sign", ["'", "’", "‘", "´", "`", "ʻ", "′", "‛"])
@pytest.mark.parametrize("typed", ["O'Neil", "O´Neil", "O’Neil"])
def test_signs_that_keyboards_substitute_do_not_count(lakeside, ben, sign, typed):
    make_patient(lakeside, fullName=f"Iris O{sign}Neil")
    assert len(names(ben.api.get(url(lakeside, search=typed)))) == 1


@pytest.mark.parametrize("dash", "-‐‑–—−")
def test_every_dash_is_found_by_every_other(lakeside, ben, dash):
    make_patient(lakeside, fullName=f"Anne{dash}Marie")
    for typed in ("Anne-Marie", "Anne—Marie"):
        assert len(names(ben.api.get(url(lakeside, search=typed)))) == 1


def test_joiners_between_letters_may_be_left_out(lakeside, ben):
    make_patient(lakeside, fullName="می\u200cنا")
    assert len(names(ben.api.get(url(lakeside, search="مینا")))) == 1


def test_a_search_of_blanks_alone_finds_everyone(lakeside, ben):
    make_patients(lakeside, [{"fullName": "Ann"}, {"fullName": "Bo"}])
    assert names(ben.api.get(url(lakeside, search=" \u00a0"))) == ["Ann", "Bo"]


@pytest.mark.parametrize(
    "asked", ["Ada Meyer", "meyer  ada", "ad mey", " Ada\tMeyer ", "Meyer, Ada"]
)
def test_a_person_is_found_by_names_in_any_order(lakeside, ben, asked):
    make_patients(lakeside, [{"fullName": "Ada B. Meyer"}, {"fullName": "Ada Moyer"}])
    assert names(ben.api.get(url(lakeside, search=asked))) == ["Ada B. Meyer"]


@pytest.mark.parametrize("stored", ["B\u00e9langer", "Be\u0301langer"], ids=ascii)
@pytest.mark.parametrize("asked", ["belanger", "B\u00c9LANGER", "be\u0301langer"], ids=ascii)
def test_a_name_is_found_with_and_without_its_accents(lakeside, ben, stored, asked):
    make_patient(lakeside, fullName=stored)
    assert ben.api.get(url(lakeside, search=asked)).json()["meta"]["count"] == 1


def test_search_does_not_look_across_fields(lakeside, ben):
    make_patient(lakeside, fullName="Ann", email="ed@example.org")
    assert names(ben.api.get(url(lakeside, search="nned"))) == []


@pytest.mark.parametrize("text", ["x" * 50000, "x\0"])
def test_a_search_that_is_no_name_is_refused(lakeside, ben, text):
    assert ben.api.get(url(lakeside, search=text)).status_code == 400


def test_search_joins_with_filters_and_pages(lakeside, ben):
    make_patients(lakeside, [{"fullName": f"Ann {n}", "tags": TAGS[: n % 3]} for n in range(6)])
    answer = ben.api.get(url(lakeside, search="ann", tags=str(TAGS[0]), limit=2, offset=1))
    assert names(answer) == ["Ann 2", "Ann 4"]
    assert answer.json()["meta"]["count"] == 4


# --- tags, sites, reviews, ranges -----------------------------------------------------------------
@pytest.fixture
def labelled(lakeside):
    rows = [
        {"fullName": "both", "tags": TAGS[:2], "sites": SITES},
        {"fullName": "one", "tags": TAGS[:1], "sites": SITES[:1]},
        {"fullName": "none"},
        {"fullName": "null", "tags": None, "sites": None},
        {"fullName": "empty", "tags": [], "sites": []},
    ]
    return make_patients(lakeside, rows)


@pytest.mark.parametrize(
    ("tags", "hits"),
    [
        ([TAGS[0]], ["both", "one"]),
        (TAGS[:2], ["both"]),
        ([TAGS[0], TAGS[0]], ["both", "one"]),
        ([TAGS[2]], []),
        ([TAGS[0], "_", "x"], ["both", "one"]),
        (["_"], ["empty", "none", "null"]),
        (["x", "y"], ["empty", "none", "null"]),
    ],
)
def test_tag_filter_requires_all_tags(lakeside, ben, labelled, tags, hits):
    answer = ben.api.get(url(lakeside, tags=",".join(map(str, tags))))
    assert names(answer) == hits
    assert answer.json()["meta"]["count"] == len(hits)


@pytest.mark.parametrize(
    ("sites", "hits"),
    [
        ([SITES[1]["id"]], ["both"]),
        ([s["id"] for s in SITES], ["both", "one"]),
        (["_"], ["empty", "none", "null"]),
        (["[5f", "5f]"], ["empty", "none", "null"]),
    ],
)
def test_site_filter_requires_any_site(lakeside, ben, labelled, sites, hits):
    answer = ben.api.get(url(lakeside, sites=",".join(map(str, sites))))
    assert names(answer) == hits
    assert answer.json()["meta"]["count"] == len(hits)


def test_last_reviewed_filter_includes_its_time(lakeside, ben):
    def review(days):
        return {"reviews": [{"clinicianId": "1111111111", "time": NOW - timedelta(days=days)}]}

    rows = [
        {"fullName": "new", **review(0)},
        {"fullName": "old", **review(3)},
        {"fullName": "never"},
    ]
    make_patients(lakeside, rows)
    at = (NOW - timedelta(days=3)).isoformat()
    assert names(ben.api.get(url(lakeside, lastReviewed=at))) == ["old"]
    by_review = {"sortType": "cgm", "sort": "+lastReviewed"}
    assert names(ben.api.get(url(lakeside, **by_review))) == ["never", "old", "new"]
    by_review["sort"] = "-lastReviewed"
    assert names(ben.api.get(url(lakeside, **by_review))) == ["new", "old", "never"]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00"])
def test_no_one_was_reviewed_in_the_year_1(lakeside, ben, time):
    """It is no bound of last data, but a filter that is dropped shows too much (rule PATIENT-87)."""
    review = {"clinicianId": "1111111111", "time": NOW}
    make_patients(lakeside, [{"reviews": [review]}, {"fullName": "never"}])
    answer = ben.api.get(url(lakeside, lastReviewed=time)).json()
    assert answer == {"data": [], "meta": {"count": 0, "totalCount": 2}}


@pytest.mark.parametrize("value", ["1", "t", "T", "true", "True", "TRUE"])
def test_filter_for_standard_ranges_excludes_others(lakeside, ben, value):
    rows = [
        {"fullName": "standard", "glycemicRanges": {"type": "preset", "preset": "adaStandard"}},
        {"fullName": "other", "glycemicRanges": {"type": "preset", "preset": "adaHighRisk"}},
        {"fullName": "custom", "glycemicRanges": {"type": "custom", "custom": {"name": "x"}}},
        {"fullName": "unset"},
    ]
    make_patients(lakeside, rows)
    assert names(ben.api.get(url(lakeside, omitNonStandardRanges=value))) == ["standard", "unset"]
    assert len(names(ben.api.get(url(lakeside, omitNonStandardRanges="false")))) == 4


# --- dates and numbers ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ({"cgm__lastDataFrom": 2}, ["d1", "d2"]),
        ({"cgm__lastDataTo": 2}, ["d3"]),
        ({"cgm__lastDataFrom": 3, "cgm__lastDataTo": 1}, ["d2", "d3"]),
        ({"bgm__lastDataFrom": 3}, []),
    ],
)
def test_windows_of_last_data_are_half_open(lakeside, ben, query, hits):
    make_patients(lakeside, [*(cgm(f"d{n}", days_ago=n) for n in (1, 2, 3)), {"fullName": "none"}])
    days = {
        n: (NOW - timedelta(days=d)).isoformat(timespec="milliseconds") for n, d in query.items()
    }
    assert names(ben.api.get(url(lakeside, **days))) == hits


def test_zero_time_does_not_filter(lakeside, ben):
    make_patient(lakeside, fullName="none")
    zero = "0001-01-01T00:00:00Z"
    query = {"cgm__lastDataFrom": zero, "bgm__lastDataTo": zero}
    assert names(ben.api.get(url(lakeside, **query))) == ["none"]


@pytest.mark.parametrize(
    ("value", "hits"),
    [
        (">0.5", ["high"]),
        (">=0.5", ["high", "mid"]),
        ("<0.5", ["low"]),
        ("<=0.5", ["low", "mid"]),
        (">=.5", ["high", "mid"]),
        (">0.", ["high", "low", "mid"]),
        (">=+0.125", ["high", "low", "mid"]),
        (">-1", ["high", "low", "mid"]),
        ("<10.0", ["high", "low", "mid"]),
        (">0.1249", ["high", "low", "mid"]),
        ("<" + "9" * 400, ["high", "low", "mid"]),
    ],
)
def test_all_numbers_and_comparisons_of_the_contract_work(lakeside, ben, value, hits):
    make_patients(lakeside, [cgm("low", 0.125), cgm("mid", 0.5), cgm("high", 0.9), cgm("none")])
    answer = ben.api.get(url(lakeside, cgm__timeInTargetPercent=value))
    assert names(answer) == hits
    assert answer.json()["meta"]["count"] == len(hits)


@pytest.mark.parametrize("kind", statistics.KINDS)
def test_every_numeric_filter_looks_at_its_own_field(lakeside, ben, kind):
    make = cgm if kind == "cgm" else bgm
    fields = {name: field for name, k, field, _ in statistics.filter_parameters() if k == kind}
    for name, field in fields.items():
        make_patients(lakeside, [make(f"{name} less", -7, field), make(f"{name} more", 7, field)])
    for name in fields:
        assert listed(lakeside, **{name: "<-3"}) == [f"{name} less"], name
        assert listed(lakeside, **{name: ">=7"}) == [f"{name} more"], name


def test_filters_and_sorts_look_at_the_period_asked(lakeside, ben):
    make_patients(lakeside, [cgm("week", 0.9, period="7d"), cgm("fortnight", 0.9)])
    query = {"cgm__timeInTargetPercent": ">0.5"}
    assert names(ben.api.get(url(lakeside, **query))) == ["fortnight"]
    assert names(ben.api.get(url(lakeside, **query, period="7d"))) == ["week"]
    summary = ben.api.get(url(lakeside, period="1d")).json()["data"][0]["summary"]
    assert set(summary["cgmStats"]["periods"]) == {"14d"}


# --- sorts ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", statistics.KINDS)
def test_every_statistic_sorts_both_ways_with_the_missing_last(lakeside, ben, kind):
    make = cgm if kind == "cgm" else bgm
    fields = list(statistics.sortable(kind))
    rows = [make(f"{f} {n}", n, f) for f in fields for n in (5, -1, 0.5)]
    for row in rows:  # a period always has these; here they would hide who has a value
        for period in row["summary"][f"{kind}Stats"]["periods"].values():
            for name in [n for n, v in period.items() if v == 0.0 and v is not False]:
                del period[name]
    make_patients(lakeside, rows)
    for field in fields:
        expected = [f"{field} -1", f"{field} 0.5", f"{field} 5"]
        assert listed(lakeside, sort=f"+{field}", sortType=kind)[:3] == expected
        assert listed(lakeside, sort=f"-{field}", sortType=kind)[:3] == expected[::-1]


@pytest.mark.parametrize("kind", statistics.KINDS)
@pytest.mark.parametrize("name", statistics.DATES)
def test_every_date_sorts_both_ways_with_the_missing_last(lakeside, ben, kind, name):
    def row(title, days):
        summary = stats(kind)
        if days is not None:
            summary["dates"] |= {statistics.flag_of(name): True, name: NOW - timedelta(days=days)}
        return {"fullName": title, "summary": {f"{kind}Stats": summary}}

    make_patients(
        lakeside, [row("none", None), row("old", 9), row("new", 1), {"fullName": "nothing"}]
    )
    up = names(ben.api.get(url(lakeside, sort=f"+{name}", sortType=kind)))
    down = names(ben.api.get(url(lakeside, sort=f"-{name}", sortType=kind)))
    assert up[:2] == ["old", "new"]
    assert down[:2] == ["new", "old"]


@pytest.mark.parametrize("kind", statistics.KINDS)
def test_birth_dates_sort(lakeside, ben, kind):
    rows = [("b", "1990-01-01"), ("a", "1980-01-01"), ("none", None)]
    make_patients(lakeside, [{"fullName": n, "birthDate": d} for n, d in rows])
    up = ben.api.get(url(lakeside, sort="+birthDate", sortType=kind))
    assert names(up) == ["none", "a", "b"]


# --- how a record is shown ------------------------------------------------------------------------
def shown(api, clinic, **fields):
    patient = make_patient(clinic, **fields)
    return api.get(f"/v1/clinics/{clinic['_id']}/patients/{patient['userId']}").json()


@pytest.mark.parametrize("birth_date", [None, "", "2012-02-31", "1.2.2012", "2012-W01-1"])
def test_an_unreadable_birth_date_is_the_zero_date(lakeside, ben, birth_date):
    assert shown(ben.api, lakeside, birthDate=birth_date)["birthDate"] == "0001-01-01"


@pytest.mark.foreign_documents
def test_internal_fields_are_never_answered(lakeside, ben):
    inner = {
        "isMigrated": True,
        "legacyClinicianIds": ["1111111111"],
        "invitedBy": "1111111111",
        "ehrSubscriptions": {},
        "requireUniqueMrn": True,
        "sites": [{"id": SITES[0]["id"], "name": "North", "patients": 7}],
    }
    patient = shown(ben.api, lakeside, **inner)
    assert not {*inner, "clinicId", "_id", "userId"} - {"sites"} & patient.keys()
    assert patient["sites"] == [{"id": str(SITES[0]["id"]), "name": "North"}]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tags": []}, {"tags": None}),
        ({"dataSources": []}, {"dataSources": []}),
        ({"dataSources": None}, {"dataSources": None}),
        ({"permissions": {}}, {"permissions": {}}),
        ({"targetDevices": []}, {"targetDevices": []}),
        ({"email": ""}, {"email": ""}),
        ({"reviews": []}, {"reviews": []}),
        (
            {"createdTime": datetime(2026, 1, 2, 3, 4, 11, 170000, tzinfo=UTC)},
            {"createdTime": "2026-01-02T03:04:11.17Z"},
        ),
        (
            {"createdTime": datetime(2026, 1, 2, 3, 4, 46, tzinfo=UTC)},
            {"createdTime": "2026-01-02T03:04:46Z"},
        ),
    ],
)
def test_null_absent_and_empty_values_in_a_list(lakeside, ben, fields, expected):
    patient = shown(ben.api, lakeside, **fields)
    assert {name: patient[name] for name in expected} == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"glycemicRanges": {"type": "preset", "preset": "mine"}},
        {"glycemicRanges": {"type": "odd"}},
        {"glycemicRanges": None},
        {"diagnosisType": "odd"},
        {"diagnosisType": ""},
    ],
)
def test_values_outside_the_description_are_left_out(lakeside, ben, fields):
    assert not fields.keys() & shown(ben.api, lakeside, **fields).keys()
