"""ExportPatientList (rules PATIENT-166 to PATIENT-176)."""

import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
import time_machine
from bson import ObjectId

from kernel import audit, db
from kernel.api import downloads
from patients.services import list_exports
from tests.accesses import recorded
from tests.factories import make_patient, make_patients
from tests.services import test_held_clinics

NOW = datetime(2026, 9, 14, 17, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TIERS = {"tier0100": 403, "tier0200": 200, "tier0300": 200, "tier0301": 403, "tier0400": 200}


@pytest.fixture
def clinic(clinic):
    """With a plan that includes exports; as it is stored."""
    return change(clinic["id"], tier="tier0300", timezone="America/New_York")


def change(clinic_id, **fields):
    query = {"_id": ObjectId(clinic_id)}
    db.collection("clinics").update_one(query, {"$set": fields})
    return db.collection("clinics").find_one(query)


def ask(caller, clinic, query="period=14d"):
    return caller.get(f"/v1/clinics/{clinic['_id']}/export/patients?{query}")


def content_of(answer):
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content).decode()


def read(answer):
    """(head, the lines of patients as {title: cell}, all of them)"""
    _, about, titles, *rows = lines = list(csv.reader(io.StringIO(content_of(answer))))
    return about, [dict(zip(titles, row, strict=True)) for row in rows], lines


def one(ada, clinic, query="period=14d", **fields):
    make_patient(clinic, **fields)
    _, (row,), _ = read(ask(ada.api, clinic, query))
    return row


def exports_in_trail():
    return list(
        db.collection(audit.COLLECTION).find({"action": "patients.export"}, sort=[("number", 1)])
    )


# --- who, and what is asked -------------------------------------------------------------------------
@pytest.mark.parametrize("tier", TIERS)
def test_the_plan_is_compared_exactly(ada, clinic, tier):
    change(clinic["_id"], tier=tier)
    assert ask(ada.api, clinic).status_code == TIERS[tier]


def test_admins_of_the_clinic_alone_may_export(ada, ben, dot, eve, backend, clinic):
    callers = [ada.api, ben.api, dot.api, eve.api, backend]
    assert [ask(caller, clinic).status_code for caller in callers] == [200, 403, 403, 403, 403]
    assert len(exports_in_trail()) == 1


@pytest.mark.parametrize("role", test_held_clinics.TEXTS)
def test_no_part_of_a_clinic_is_exported_while_it_is_merged(ada, clinic, role):
    test_held_clinics.hold(clinic["_id"], role)
    answer = ask(ada.api, clinic)
    assert answer.status_code == 409
    assert test_held_clinics.TEXTS[role] in answer.content.decode()
    test_held_clinics.reopen()
    assert ask(ada.api, clinic).status_code == 200


@pytest.mark.parametrize("query", ["", "period=10d", "period=14d&format=pdf", "period=14d&sort=-x"])
def test_a_wrong_question_is_refused(ada, clinic, query):
    assert ask(ada.api, clinic, query).status_code == 400
    assert exports_in_trail() == []


def test_a_member_hears_nothing_of_a_wrong_period(ben, clinic):
    assert ask(ben.api, clinic, "period=10d").status_code == 403


def test_an_admin_of_a_clinic_that_is_gone_is_told_so(ada, clinic):
    db.collection("clinics").delete_one({"_id": clinic["_id"]})
    assert ask(ada.api, clinic).status_code == 404


# --- the file ---------------------------------------------------------------------------------------
TITLES = [
    *("Patient Name", "Patient User ID", "MRN", "Date of Birth", "Patient Email"),
    *("Custodial Status", "Account Created Date", "Clinician Who Created Account"),
    *("Clinic Sites", "Patient Tags", "Assigned Glycemic Range", "Diabetes Type"),
    *("Dexcom Status", "Dexcom Last Modified Date", "Abbott Status", "Abbott Last Modified Date"),
    *("Twiist Status", "Twiist Last Modified Date", "CGM Last Data Date"),
    *("CGM Active Wear Time (%)", "CGM Days with Data", "CGM Hours with Data"),
    *("CGM Average Glucose (mg/dL)", "CGM GMI (%)", "CGM Standard Deviation (mg/dL)"),
    "CGM Coefficient of Variation (%)",
    *("CGM Time in Level 2 Hypoglycemia (%)", "CGM Time in Level 1 Hypoglycemia (%)"),
    "CGM Time in Target (%)",
    *("CGM Time in Level 1 Hyperglycemia (%)", "CGM Time in Level 2 Hyperglycemia (%)"),
    *("BGM Last Data Date", "BGM Average Glucose", "BGM Readings/Day", "BGM Total Readings"),
    *("BGM Low Events", "BGM High Events"),
]


def test_three_lines_of_head_and_one_for_each_patient(ada, clinic):
    for name in ("Bo Berg", "al Abel", 'Cy, "the" Cole'):
        make_patient(clinic, fullName=name)
    with time_machine.travel(NOW, tick=False):
        answer = ask(ada.api, clinic)
    head = [answer.headers[name] for name in ("Content-Type", "Content-Disposition")]
    assert head == ["text/csv", "attachment; filename=patients-1789405509.csv"]
    content = content_of(answer)
    assert int(answer.headers["Content-Length"]) == len(content.encode())
    assert "\r" not in content
    first, second, third, *rest = content.splitlines()
    assert first == (
        "Report Date Time,Exported By,Exported By,Clinic Name,Workspace ID,"
        "Days of CGM Data Summarized,Total Patients"
    )
    assert second == (
        "2026-09-14 01:05:09 PM,Ada Admin,ada.admin@example.org,Lakeside Diabetes,"
        f"{clinic['_id']},14 days,3"
    )
    assert third.split(",") == TITLES
    assert [line.split(",")[0] for line in rest] == ["al Abel", "Bo Berg", '"Cy']
    rows = list(csv.reader(io.StringIO(content)))
    assert {len(row) for row in rows[2:]} == {len(TITLES)} == {37}
    assert rows[-1][0] == 'Cy, "the" Cole'


@pytest.mark.parametrize("zone", [None, "", "Nowhere/Land", "America"])
def test_without_a_known_zone_the_report_has_the_time_of_the_server(ada, clinic, zone):
    change(clinic["_id"], timezone=zone)
    with time_machine.travel(NOW, tick=False):
        about, _, _ = read(ask(ada.api, clinic, "period=1d"))
    assert (about[0], about[5]) == ("2026-09-14 05:05:09 PM", "24 hours")


def test_the_demo_patient_is_left_out(ada, clinic, settings):
    demo, _ = make_patient(clinic, fullName="Demo"), make_patient(clinic, fullName="Ann")
    settings.DEMO_PATIENT_USER_ID = demo["userId"]
    about, rows, _ = read(ask(ada.api, clinic))
    assert (about[6], [row["Patient Name"] for row in rows]) == ("1", ["Ann"])


@time_machine.travel(NOW, tick=False)
def test_what_is_known_of_a_patient(ada, ben, clinic):
    tags = [{"_id": ObjectId(), "name": name} for name in ("A", "B")]
    db.collection("clinicians").update_one(
        {"userId": ben.user_id}, {"$set": {"name": "Ben Member"}}
    )
    change(clinic["_id"], patientTags=tags)
    row = one(
        ada,
        clinic,
        fullName="Iris Example",
        userId="0123456789",
        mrn="0042",
        email="iris@example.org",
        createdTime=datetime(2026, 1, 2, 23, 59, tzinfo=UTC),
        invitedBy=ben.user_id,
        tags=[tags[1]["_id"], ObjectId(), tags[0]["_id"]],
        sites=[{"id": ObjectId(), "name": "North"}, {"id": ObjectId(), "name": "South"}],
        glycemicRanges={"type": "preset", "preset": "adaHighRisk"},
        diagnosisType="type1",
        dataSources=[
            {"providerName": name, "state": state, "latestDataTime": NOW - days * DAY}
            for days, name, state in (
                (1, "twiist", "connected"),
                (2, "dexcom", "error"),
                (3, "abbott", "disconnected"),
            )
        ],
    )
    assert list(row.values())[12:18] == [
        *("error", "2026-09-12", "disconnected", "2026-09-11", "connected", "2026-09-13"),
    ]
    assert list(row.values())[:12] == [
        *("Iris Example", "0123456789", "0042", "1984-05-06", "iris@example.org", "Unclaimed"),
        *("2026-01-02", "Ben Member", "North,South", "B,A", "adaHighRisk", "type1"),
    ]


def test_what_is_not_known_of_a_patient(ada, clinic):
    row = one(
        ada,
        clinic,
        birthDate="soon",
        permissions={"view": {}},
        invitedBy="ffffffffff",
        tags=[ObjectId()],
        glycemicRanges={"type": "custom", "custom": {"name": "Night shift", "thresholds": []}},
        diagnosisType="",
        summary={"cgmStats": {"periods": {"7d": {"daysWithData": 3}}}},
    )
    known = {title: cell for title, cell in row.items() if cell}
    for title in ("Patient Name", "Patient User ID", "Account Created Date"):
        del known[title]
    assert known == {
        "Custodial Status": "Claimed",
        "Assigned Glycemic Range": "Night shift",
        "Diabetes Type": "Other",
        **dict.fromkeys(("Dexcom Status", "Abbott Status", "Twiist Status"), "NA"),
    }


CGM = {
    "timeCGMUsePercent": 0.02134,
    "daysWithData": 14,
    "hoursWithData": 300.0,
    "averageGlucoseMmol": 5.131,
    "glucoseManagementIndicator": 6.785,
    "standardDeviation": 2.3,
    "coefficientOfVariation": 0.71428,
    "timeInVeryLowPercent": 0,
    "timeInLowPercent": 0.0000125,
    "timeInTargetPercent": 1,
    "timeInHighPercent": 0.5,
    "timeInVeryHighPercent": float("nan"),
}
BGM = {
    "averageGlucoseMmol": 8.65,
    "totalRecords": 35,
    "daysWithData": 10,
    "timeInVeryLowRecords": 2,
    "timeInLowRecords": 9,
    "timeInVeryHighRecords": 0,
}


@pytest.mark.parametrize(("units", "deviation"), [("mmol/L", "2.3"), ("mg/dL", "41.4")])
def test_statistics_of_the_period(ada, clinic, units, deviation):
    change(clinic["_id"], PreferredBgUnits=units)
    dates = {"lastData": datetime(2026, 9, 13, tzinfo=UTC)}
    row = one(
        ada,
        clinic,
        summary={
            "cgmStats": {"dates": dates, "periods": {"14d": CGM, "7d": {"daysWithData": 1}}},
            "bgmStats": {"dates": dates, "periods": {"14d": BGM}},
        },
    )
    assert list(row)[24] == f"CGM Standard Deviation ({units})"
    assert list(row.values())[18:] == [
        *("2026-09-13", "2.134", "14", "300", "92", "6.78", deviation, "71.428"),
        *("0", "0.001", "100", "50", ""),
        *("2026-09-13", "156", "4", "35", "2", "0"),
    ]


def test_an_average_of_zero_is_none(ada, clinic):
    periods = {"14d": {"averageGlucoseMmol": 0}}
    row = one(ada, clinic, summary={"cgmStats": {"periods": periods}})
    assert row["CGM Average Glucose (mg/dL)"] == ""


@pytest.mark.foreign_documents
def test_what_is_missing_or_zero_and_what_is_rounded_twice(ada, clinic):
    """A deviation of 38.250001809 mg/dL has five decimals first, and is halfway between two of one then."""
    row = one(
        ada,
        clinic,
        permissions=None,
        summary={
            "cgmStats": {"periods": {"14d": {"standardDeviation": 2.123161207}}},
            "bgmStats": {"periods": {"14d": {"totalRecords": 35, "daysWithData": 0}}},
        },
    )
    titles = ("Custodial Status", "BGM Readings/Day", "CGM Standard Deviation (mg/dL)")
    assert [row[title] for title in titles] == ["Unclaimed", "35", "38.2"]


def source(state, **fields):
    return {"providerName": "dexcom", "state": state, **fields}


def asked_for(created, **fields):
    return {"dexcom": [{"providerName": "dexcom", "createdTime": created, **fields}]}


OLD, NEW = {"modifiedTime": NOW - 9 * DAY}, {"createdTime": NOW - 9 * DAY}
STATES = [
    ("NA", [], {}),
    ("NA", [source("")], {}),
    ("error", [source("error", **OLD)], {}),
    ("connected", [source("connected", latestDataTime=NOW - DAY)], {}),
    ("inactive", [source("connected", latestDataTime=NOW - 4 * DAY)], {}),
    # Older records: the source waits, and says until when.
    ("pending", [source("pending", expirationTime=NOW + DAY)], {}),
    ("expired", [source("pending", expirationTime=NOW - DAY)], asked_for(NOW - 31 * DAY)),
    ("pending", [source("pending")], {}),
    ("pendingReconnect", [source("pendingReconnect", expirationTime=NOW + DAY, **OLD)], {}),
    ("expired", [source("pendingReconnect", expirationTime=NOW - DAY, **OLD)], {}),
    # Newer ones: what waits is a request, which a source may have answered.
    ("pending", [], asked_for(NOW - DAY)),
    ("expired", [], asked_for(NOW - 40 * DAY)),
    ("pending", [], asked_for(NOW - 40 * DAY, expirationTime=NOW + DAY)),
    ("pending", [source("disconnected", **NEW)], asked_for(NOW - DAY)),
    ("expired", [source("error", **NEW)], asked_for(NOW - 8 * DAY, expirationTime=NOW - DAY)),
    ("disconnected", [source("disconnected", **NEW)], asked_for(NOW - 20 * DAY)),
    ("connected", [source("connected", **NEW)], asked_for(NOW - DAY)),
]


@pytest.mark.foreign_documents
@time_machine.travel(NOW, tick=False)
def test_the_state_of_a_provider_in_records_of_both_forms(ada, clinic):
    make_patients(
        clinic,
        [
            {
                "fullName": f"{number:02}",
                "dataSources": sources,
                "providerConnectionRequests": requests,
            }
            for number, (_, sources, requests) in enumerate(STATES)
        ],
    )
    _, rows, _ = read(ask(ada.api, clinic))
    assert [row["Dexcom Status"] for row in rows] == [word for word, _, _ in STATES]
    days = [row["Dexcom Last Modified Date"] for row in rows]
    assert days == ["", "", "", "2026-09-13", "2026-09-10", *[""] * 12]
    assert {row["Abbott Status"] for row in rows} == {"NA"}


def test_no_cell_is_a_formula(ada, clinic):
    tag = {"_id": ObjectId(), "name": "+tag"}
    change(clinic["_id"], patientTags=[tag], name="@clinic")
    about, (row,), _ = make_patient(
        clinic,
        fullName="=1+1",
        mrn="-a",
        email="=a@example.org",
        tags=[tag["_id"]],
        sites=[{"id": ObjectId(), "name": "\t=site"}],
        summary={"cgmStats": {"periods": {"14d": {"averageGlucoseMmol": -1}}}},
    ) and read(ask(ada.api, clinic))
    assert about[3] == "'@clinic"
    assert [row[title] for title in ("Patient Name", "MRN", "Patient Email")] == [
        *("'=1+1", "'-a", "'=a@example.org"),
    ]
    assert (row["Patient Tags"], row["Clinic Sites"]) == ("'+tag", "' =site")


# --- filters, sorts, formats ------------------------------------------------------------------------
def test_filters_and_sorts_are_those_of_the_list(ada, clinic):
    tag = {"_id": ObjectId(), "name": "A"}
    change(clinic["_id"], patientTags=[tag])
    for name, target, tags in (
        ("Ann", 0.5, [tag["_id"]]),
        ("Bo", 0.9, [tag["_id"]]),
        ("Cy", 0.7, []),
    ):
        periods = {"14d": {"timeInTargetPercent": target, "hasTimeInTargetPercent": True}}
        make_patient(clinic, fullName=name, tags=tags, summary={"cgmStats": {"periods": periods}})

    def names(query):
        about, rows, _ = read(ask(ada.api, clinic, f"period=14d&{query}"))
        assert about[6] == str(len(rows))
        return [row["Patient Name"] for row in rows]

    assert names("sortType=cgm&sort=-timeInTargetPercent") == ["Bo", "Cy", "Ann"]
    assert names(f"tags={tag['_id']}") == ["Ann", "Bo"]
    assert names("search=cy") == ["Cy"]
    assert names("cgm.timeInTargetPercent=>0.6&tags=_") == ["Cy"]
    assert exports_in_trail()[-1]["scope"]["narrowed"] == ["cgm.timeInTargetPercent", "tags"]


def test_a_workbook_has_the_same_cells(ada, clinic):
    make_patient(clinic, fullName="=1+1", mrn="0007")
    answer = ask(ada.api, clinic, "period=7d&format=xlsx")
    assert answer.headers["Content-Type"].endswith(".sheet")
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [[cell.value or "" for cell in row] for row in book.active.iter_rows()]
    assert rows[1][5:7] == ["7 days", "1"]
    assert rows[3][0:3:2] == ["=1+1", "0007"]
    _, _, lines = read(ask(ada.api, clinic, "period=7d"))
    assert rows[2] == lines[2]


@pytest.mark.parametrize(("name", "query"), [("MOST", ""), ("MOST_AT_ONCE", "&format=xlsx")])
def test_too_many_patients_are_refused(ada, clinic, monkeypatch, name, query):
    monkeypatch.setattr(list_exports, name, 1)
    make_patients(clinic, [{}, {}])
    answer = ask(ada.api, clinic, f"period=14d{query}")
    assert (answer.status_code, "more than 1 patients" in answer.json()["message"]) == (422, True)
    assert exports_in_trail() == []


# --- records, and failures --------------------------------------------------------------------------
def test_an_export_is_recorded_with_its_scope_before_the_first_byte(ada, clinic):
    make_patients(clinic, [{}, {}])
    answer = ask(ada.api, clinic, "period=30d&search=iris")
    (event,) = exports_in_trail()
    assert event["actor"] == {"id": ada.user_id, "kind": "user", "name": ""}
    assert event["clinicId"] == clinic["_id"]
    assert event["scope"] == {
        "rows": 2,
        "period": "30d",
        "format": "csv",
        "searched": True,
        "narrowed": [],
    }
    content_of(answer)
    (access,) = recorded(operation="ExportPatientList")
    assert (access["who"], access["list"]["shown"]) == (ada.user_id, 2)


def test_an_export_that_cannot_be_recorded_is_refused(ada, clinic, monkeypatch):
    make_patient(clinic, fullName="Ann")

    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    answer = ask(ada.api, clinic)
    assert (answer.status_code, answer.streaming) == (500, False)


@pytest.mark.foreign_writes
def test_a_failure_at_the_beginning_is_an_answer_of_its_own(ada, clinic):
    """Another system has moved a patient to another clinic a moment ago: the row in the list still says otherwise."""
    gone = make_patients(clinic, [{} for _ in range(3)])[0]
    ada.api.get(f"/v1/clinics/{clinic['_id']}/patients")
    moved = {"$set": {"clinicId": ObjectId()}}
    db.database()["patients"].update_one({"_id": gone["_id"]}, moved)
    answer = ask(ada.api, clinic)
    assert (answer.status_code, answer.streaming) == (503, False)


def test_a_failure_later_breaks_off_the_answer(ada, clinic, monkeypatch):
    """The server then ends the connection without the end of the answer (tests/web)."""
    monkeypatch.setattr(downloads, "AHEAD_BYTES", 1)
    monkeypatch.setattr(downloads, "PIECE", 1)
    monkeypatch.setattr(list_exports, "BATCH", 1)
    make_patients(clinic, [{"fullName": "A"}, {"fullName": "B"}])
    answer = ask(ada.api, clinic)
    assert "Content-Length" not in answer.headers
    pieces = iter(answer.streaming_content)
    head = b"".join(next(pieces) for _ in range(4))
    assert head.count(b"\n") == 4

    monkeypatch.setattr(list_exports.store, "list_exported", lambda *_: [])
    with pytest.raises(list_exports.Unavailable):
        next(pieces)
    answer.close()


def test_the_file_shows_one_moment(ada, clinic, monkeypatch):
    monkeypatch.setattr(downloads, "AHEAD_BYTES", 1)
    monkeypatch.setattr(list_exports, "BATCH", 1)
    _, second = make_patients(clinic, [{"fullName": "A"}, {"fullName": "B"}])
    answer = ask(ada.api, clinic)
    db.collection("patients").delete_one({"_id": second["_id"]})
    about, rows, _ = read(answer)
    assert (about[6], [row["Patient Name"] for row in rows]) == ("2", ["A", "B"])
