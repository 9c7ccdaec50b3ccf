"""Patients and members for staff: looks audited, exports safe, removals confirmed (docs/admin.md)."""

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from bson import ObjectId

from clinics.admin.members import audit_key
from kernel import audit, clock, db, tables
from kernel.staff import exports
from patients.admin.patients import PAUSE
from patients.services import patient_matching
from tests import ehr
from tests.admin.conftest import events, messages_of, opened_on, patient_ids, stored, text
from tests.admin.grown_data import costs
from tests.events import emitted
from tests.factories import make_clinic, make_patient, make_patients

EXPLAINED = ("clinicians",)
REPORTS = {"summaryAndReports": {"active": True, "provider": "redox"}}


def at(clinic, rest=""):
    return f"clinics/{clinic['_id']}/{rest}"


def rows_of(response):
    content = b"".join(response.streaming_content).decode()
    return list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))


# --- looking ----------------------------------------------------------------------------------------
@pytest.mark.yardstick("A1")
def test_a_list_of_patients_leaves_one_event_with_their_ids(clinic, staff):
    person = staff("support")
    page = person.get(at(clinic, "patients/"))
    assert "Maria Marker" in text(page)
    (event,) = events(action="patients.listed")
    assert event["actor"]["id"] == person.id
    assert sorted(event["scope"]["patients"]) == sorted(patient_ids(clinic))
    assert event["clinicId"] == clinic["_id"]


def test_list_and_export_show_the_time_of_the_last_data_of_each_patient(clinic, root):
    older, newer = datetime(2026, 3, 4, 5, 6, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
    for name, cgm, bgm in (("Both", older, newer), ("One", older, None), ("Broken", "x", None)):
        kinds = {"cgmStats": {"dates": {"lastData": cgm}}, "bgmStats": {"dates": {"lastData": bgm}}}
        make_patient(clinic, fullName=name, summary=kinds)
    expected = {"Both": newer, "One": older, "Broken": None, "Paul Plain": None}

    page = root.get(at(clinic, "patients/"))
    listed = {row["fullName"]: row["figures"].last_data for row in page.context["patients"]}
    assert {name: listed[name] for name in expected} == expected
    header, *rows = rows_of(root.export(at(clinic, "patients/export")))
    exported = {row[header.index("name")]: row[header.index("last data")] for row in rows}
    assert "2026-03-05" in exported["Both"]
    assert "2026-03-04" in exported["One"]
    assert exported["Broken"] == exported["Paul Plain"] == ""


def test_the_page_of_a_removal_shows_the_person(clinic, root, ben):
    person = db.collection("patients").find_one({"fullName": "Maria Marker"})
    assert "Maria Marker" in text(root.get(at(clinic, f"patients/{person['userId']}/remove")))
    assert "Ben Member" in text(root.get(at(clinic, f"members/{ben.user_id}/remove")))
    db.collection("clinicians").update_one({"userId": ben.user_id}, {"$unset": {"name": ""}})
    assert ben.email in text(root.get(at(clinic, f"members/{ben.user_id}/remove")))


def test_patients_are_searched_and_paged_through_the_service(clinic, staff):
    make_patients(clinic, [{"fullName": f"Person {n:02}"} for n in range(30)])
    person = staff("support")
    assert "1–25 of 33" in text(person.get(at(clinic, "patients/")))
    assert "1–10 of 30" in text(person.get(at(clinic, "patients/"), {"q": "person", "size": "10"}))
    response = person.get(at(clinic, "patients/"), {"q": "mrn-2"})
    assert [row["fullName"] for row in response.context["patients"]] == ["Paul Plain"]
    make_patients(clinic, [{"fullName": "Ada B. B\u00e9langer"}])
    for typed in ("Ada Belanger", "be\u0301langer  ada", "\u00a0bel ad\t"):
        response = person.get(at(clinic, "patients/"), {"q": typed})
        assert [row["fullName"] for row in response.context["patients"]] == ["Ada B. B\u00e9langer"]
    assert "No patient matches" in text(person.get(at(clinic, "patients/"), {"q": "$where"}))


def test_a_clinics_list_reads_dates_and_apostrophes_as_find_does(clinic, staff):
    make_patient(clinic, fullName="Anne-Marie D'Arcy", birthDate="1964-05-14", mrn="14-5-64")
    make_patient(clinic, fullName="Darcy Other", birthDate="1964-06-05", mrn="19640514")
    support = staff("support")
    anne, other = "Anne-Marie D'Arcy", "Darcy Other"
    for typed, names in {
        "1964-05-14": [anne],
        "14.05.1964": [anne],
        "5/14/1964": [anne],
        "May 14, 1964": [anne],
        "Arcy, Anne 14 May 1964": [anne],
        "14-5-64": [anne],
        "19640514": [anne, other],  # a birth date and an MRN
        "5/6/1964": [other],
        "6/5/1964": [other],
        "darcy": [anne, other],
        "D’Arcy": [anne, other],
        "d'arcy marie": [anne],
        "MRN 14-5-64": [anne],
        "14.05.1965": [],
    }.items():
        found = support.get(at(clinic, "patients/"), {"q": typed}).context["patients"]
        assert [row["fullName"] for row in found] == names, typed


def test_the_page_of_a_patient_shows_why_no_data_arrives(clinic, ada, ben, staff):
    moment = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    patient = make_patient(
        clinic,
        fullName="Dora Detail",
        tags=[clinic["patientTags"][1]["_id"]],
        sites=[clinic["sites"][1]],
        dataSources=[
            {"providerName": "dexcom", "state": "pendingReconnect", "modifiedTime": moment}
        ],
        providerConnectionRequests={"dexcom": [{"providerName": "dexcom", "createdTime": moment}]},
        reviews=[{"clinicianId": one, "time": moment} for one in (ada.user_id, "clinician-1")],
        invitedBy=ben.user_id,
        summary={"cgmStats": {"dates": {"lastUploadDate": moment, "lastData": moment}}},
        ehrSubscriptions={
            "summaryAndReports": {"active": True, "provider": "redox", "matchedMessages": []}
        },
    )
    response = staff("support").get(at(clinic, f"patients/{patient['userId']}/"))
    page = text(response)
    for expected in (
        "pending reconnect", "Redox", "Study", "West", f"by {stored_member(clinic, ada)['name']}<", "clinician-1", "Ben Member", "4 Mar 2026, 05:06 UTC", "custodial",
        "summary and reports", "custodian, note, upload, view",
    ):  # fmt: skip
        assert expected in page, expected
    (event,) = events(action="patient.viewed")
    assert event["object"] == {"type": "patient", "id": patient["userId"], "name": ""}


def test_the_page_of_a_patient_has_the_other_clinics_of_the_person(clinic, staff):
    user_id = patient_ids(clinic)[0]
    path = at(clinic, f"patients/{user_id}/")
    assert "A patient of this clinic alone." in text(staff("support").get(path))
    for number in range(12):
        other = make_clinic(name=f"Mill {number:02}")
        make_patient(other, userId=user_id)
    page = text(staff("support").get(path))
    assert f"/admin/clinics/{other['_id']}/patients/{user_id}/" in page
    assert len(set(re.findall(r"Mill \d\d", page))) == 10
    assert "There are more" in page


def test_the_summary_is_shown_as_clinicians_read_it(clinic, staff):
    summary = ehr.summary()
    periods = summary["cgmStats"]["periods"]
    for name, share in (("1d", 0.5), ("7d", 0.612), ("30d", 0.8)):
        periods[name] = {**periods["14d"], "timeInTargetPercent": share}
    periods["7d"]["timeInTargetPercentDelta"] = -0.04
    patient = make_patient(clinic, summary=summary)

    page = staff("support").get(at(clinic, f"patients/{patient['userId']}/"))
    words = " ".join(re.sub(r"<[^>]+>", " ", text(page)).split())
    in_range = "In range 70–180 mg/dL 50.0% – 61.2% -4.0 71.3% – 80.0% –"
    assert in_range in words
    assert "Mean glucose, mg/dL 152 –" in words
    assert "Glucose management indicator 6.9%" in words


def test_a_patient_of_another_clinic_is_not_found_here(clinic, staff):
    from tests.factories import make_clinic

    other = make_clinic(name="Other")
    user_id = patient_ids(clinic)[0]
    answer = staff("support").get(at(other, f"patients/{user_id}/"))
    assert answer.url == f"/admin/users/?q={user_id}"
    assert staff("support").get(at(clinic, "patients/unknown/")).status_code == 404
    assert not events(action="patient.viewed")


@pytest.mark.yardstick("A4")
def test_the_page_of_a_patient_is_not_shown_when_the_look_cannot_be_recorded(
    clinic, staff, monkeypatch
):
    def fail(**_):
        raise RuntimeError

    person = staff("support")
    person.client.raise_request_exception = False
    monkeypatch.setattr(audit, "record", fail)
    response = person.get(at(clinic, f"patients/{patient_ids(clinic)[0]}/"))
    assert response.status_code == 500
    assert "Maria" not in text(response)


@pytest.mark.yardstick("A2")
def test_no_value_of_a_patient_is_in_the_audit_trail(clinic, staff):
    person = staff("support", "destructive")
    user_id = patient_ids(clinic)[0]
    person.get(at(clinic, "patients/"), {"q": "Marker"})
    person.get(at(clinic, f"patients/{user_id}/"))
    rows_of(person.export(at(clinic, "patients/export"), {"q": "Marker"}))
    person.get("users/", {"q": user_id})
    person.post(at(clinic, f"patients/{user_id}/connect"), provider="dexcom")
    person.post(at(clinic, f"patients/{user_id}/remove"), typed="Maria Marker", reason="T")
    trail = str(events())
    assert len(events()) >= 6
    for marker in ("Marker", "MRN-0", "1980-01-02"):
        assert marker not in trail


# --- exporting --------------------------------------------------------------------------------------
@pytest.mark.yardstick("A1")
def test_an_export_has_every_patient_and_is_recorded_with_the_number_of_rows(clinic, staff):
    person = staff("support", "destructive")
    response = person.export(at(clinic, "patients/export"))
    assert "attachment" in response.headers["Content-Disposition"]
    header, *rows = rows_of(response)
    assert header[:5] == ["id", "name", "e-mail", "birth date", "MRN"]
    assert len(rows) == 3
    names = {row[1] for row in rows}
    assert {"Maria Marker", "Paul Plain"} < names
    (event,) = events(action="patients.export")
    assert event["scope"]["rows"] == 3
    assert event["actor"]["id"] == person.id


def test_an_export_of_several_pages_has_every_patient(clinic, staff):
    make_patients(clinic, [{"fullName": f"Person {n:04}"} for n in range(900)])
    _, *rows = rows_of(staff("support", "destructive").export(at(clinic, "patients/export")))
    assert len({row[0] for row in rows}) == 903


def test_a_name_that_is_a_formula_is_exported_as_text(clinic, staff):
    _, *rows = rows_of(staff("support", "destructive").export(at(clinic, "patients/export")))
    assert [row[1] for row in rows if "calc" in row[1]] == ["'=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("value", ["=1+1", "+1", "-2+3", "@SUM(A1)", "  =1", "|x"])
def test_the_beginning_of_a_formula_becomes_text(value):
    assert tables.cell(value) == "'" + value


@pytest.mark.parametrize("value", ["Anna", "-5", "-5.5", "1980-01-02", "a=b", "O'Brien", ""])
def test_text_that_is_not_a_formula_is_unchanged(value):
    assert tables.cell(value) == value


def test_members_are_exported_with_roles(clinic, staff):
    _, *rows = rows_of(staff("support", "destructive").export(at(clinic, "members/export")))
    assert sorted(row[5] for row in rows) == ["invited", "member", "member"]
    assert events(action="clinicians.export")[0]["scope"]["rows"] == 3


def test_patients_are_narrowed_by_tag_and_site_and_sorted(clinic, staff):
    tag, site = clinic["patientTags"][1]["_id"], clinic["sites"][1]["id"]
    older, newer = (datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2))
    made = make_patients(
        clinic,
        [
            {"fullName": "Zoe", "tags": [tag], "birthDate": "1950-01-01", "summary": last_data(older)},
            {"fullName": "Yan", "tags": [tag], "sites": [{"id": site, "name": "West"}], "summary": last_data(newer)},
        ],
    )  # fmt: skip

    def names(**query):
        answer = staff("support").get(at(clinic, "patients/"), query)
        return [row["fullName"] for row in answer.context["patients"]]

    assert len(names()) == 5
    assert names(tag=str(tag)) == ["Yan", "Zoe"]
    assert names(tag=str(tag), site=str(site)) == ["Yan"]
    assert names(tag=str(tag), order="oldest") == ["Zoe", "Yan"]
    assert names(order="cgm-newest")[:2] == ["Yan", "Zoe"]
    assert names(order="cgm-oldest")[:2] == ["Zoe", "Yan"]
    assert names(order="nonsense") == names()
    viewed = events(action="patients.listed")[1]["scope"]["patients"]
    assert sorted(viewed) == sorted(patient["userId"] for patient in made)


def test_patients_are_narrowed_by_account_source_newest_data_and_reports(staff):
    clinic = make_clinic()
    days_ago = {n: clock.now() - timedelta(days=n) for n in (1, 20, 400)}
    make_patients(
        clinic,
        [
            {"fullName": "Ada", "dataSources": [source("connected")], "summary": last_data(days_ago[1])},
            {"fullName": "Ben", "dataSources": [source("connected"), source("error", "abbott")], "permissions": {"view": {}},
             "summary": {**last_data(days_ago[400]), "bgmStats": last_data(days_ago[20])["cgmStats"]}},
            {"fullName": "Cleo", "dataSources": [source("pendingReconnect")], "summary": last_data(days_ago[400]), "ehrSubscriptions": REPORTS},
            {"fullName": "Dora", "dataSources": [source("pending")], "ehrSubscriptions": {"summaryAndReports": {"active": False}}},
            {"fullName": "Eve", "permissions": {"view": {}}},
        ],
    )  # fmt: skip
    expected = {
        "account=custodial": ["Ada", "Cleo", "Dora"],
        "account=own": ["Ben", "Eve"],
        "source=connected": ["Ada", "Ben"],
        "source=error": ["Ben"],
        "source=pending": ["Dora"],
        "source=pendingReconnect": ["Cleo"],
        "source=none": ["Eve"],
        "data=arrives": ["Ada"],
        "data=14": ["Ben", "Cleo", "Dora", "Eve"],
        "data=30": ["Cleo", "Dora", "Eve"],
        "data=365": ["Cleo", "Dora", "Eve"],
        "data=never": ["Dora", "Eve"],
        "ehr=on": ["Cleo"],
        "ehr=off": ["Ada", "Ben", "Dora", "Eve"],
        "data=14&account=own&source=error": ["Ben"],
    }
    pages = {query: staff("support").get(at(clinic, f"patients/?{query}")) for query in expected}
    shown = {
        query: [row["fullName"] for row in page.context["patients"]]
        for query, page in pages.items()
    }
    assert shown == expected
    counts = {query: page.context["paging"].total for query, page in pages.items()}
    assert counts == {query: len(names) for query, names in expected.items()}


def test_a_patient_is_listed_by_reports_as_orders_and_another_mrn_leave_them(staff, backend):
    clinic = make_clinic()
    ada = make_patient(clinic, fullName="Ada", mrn="1")
    for name, active, expected in (
        ("summaryAndReports", True, ["Ada"]),
        ("summaryAndReports", False, []),
        ("xealthReports", True, ["Ada"]),
    ):
        message = patient_matching.MatchedMessage(ObjectId(), "Order", "New")
        patient_matching.update_subscription(
            ada, name=name, provider="redox", active=active, message=message
        )
        assert listed(staff, clinic, ehr="on") == expected
    body = {"fullName": "Ada", "birthDate": "1990-01-01", "mrn": "2"}
    path = f"/v1/clinics/{clinic['_id']}/patients/{ada['userId']}"
    assert backend.put(path, body).status_code == 200
    assert listed(staff, clinic, ehr="on") == []
    assert listed(staff, clinic, ehr="off") == ["Ada"]


def test_a_patient_who_takes_over_the_account_is_listed_so(staff, backend):
    clinic = make_clinic()
    ada = make_patient(clinic, fullName="Ada", permissions={"custodian": {}, "view": {}})
    assert listed(staff, clinic, account="own") == []
    path = f"/v1/clinics/{clinic['_id']}/patients/{ada['userId']}/permissions/custodian"
    assert backend.delete(path).status_code == 204
    assert listed(staff, clinic, account="own") == ["Ada"]


def listed(staff, clinic, **query):
    page = staff("support").get(at(clinic, "patients/"), query)
    return [row["fullName"] for row in page.context["patients"]]


def source(state, provider="dexcom"):
    return {"providerName": provider, "state": state}


def last_data(moment):
    return {"cgmStats": {"dates": {"lastData": moment, "hasLastData": True}}}


def test_an_export_has_the_patients_that_the_list_shows(clinic, staff):
    tag = str(clinic["patientTags"][1]["_id"])
    person = staff("support", "destructive")
    page = text(person.get(at(clinic, "patients/"), {"tag": tag, "size": "10"}))
    assert f"patients/export?tag={tag}" in page
    assert len(rows_of(person.export(at(clinic, "patients/export"), {"tag": tag}))) == 1
    assert events(action="patients.export")[-1]["scope"]["narrowed"] == ["tag"]


def test_a_longer_list_is_exported_by_a_job_alone(clinic, staff, monkeypatch):
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 2)
    person = staff("support", "destructive")
    answer = person.export(at(clinic, "patients/export"), {"order": "oldest"})
    assert (answer.status_code, events(action="patients.export")) == (302, [])
    assert answer["Location"].endswith("/patients/export?order=oldest")
    assert "begin it here" in messages_of(answer)[0]
    assert len(rows_of(person.export(at(clinic, "patients/export"), {"q": "Marker"}))) == 2


# --- helping ----------------------------------------------------------------------------------------
def test_a_connection_request_goes_through_the_service(clinic, staff):
    user_id = patient_ids(clinic)[0]
    response = staff("support").post(at(clinic, f"patients/{user_id}/connect"), provider="dexcom")
    assert messages_of(response) == ["A connection request for Dexcom was sent."]
    document = db.collection("patients").find_one({"userId": user_id})
    assert document["dataSources"][0]["state"] == "pending"
    (event,) = events(action="patient.connection_requested")
    assert event["scope"] == {"provider": "dexcom"}


def test_of_requests_for_one_provider_within_a_minute_one_is_sent(clinic, staff):
    user_id, person = patient_ids(clinic)[0], staff("support")
    path = at(clinic, f"patients/{user_id}/connect")
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(person.post, path, provider="dexcom") for _ in range(2)]
        answers = sorted(messages_of(answer.result())[0] for answer in sent)
    assert answers == [
        "A connection request for Dexcom was sent.",
        "A request for this provider was sent less than a minute ago.",
    ]
    assert len(emitted("patient.connect_requested")) == 1
    person.post(path, provider="abbott")
    with time_machine.travel(clock.now() + PAUSE, tick=False):
        person.post(path, provider="dexcom")
    assert len(emitted("patient.connect_requested")) == 3


@pytest.mark.parametrize("provider", ["abbott", "twiist"])
def test_a_provider_that_the_record_does_not_name_is_asked_for(provider, clinic, staff):
    user_id = patient_ids(clinic)[0]
    before = db.collection("patients").find_one({"userId": user_id})
    staff("support").post(at(clinic, f"patients/{user_id}/connect"), provider=provider)
    document = db.collection("patients").find_one({"userId": user_id})
    *others, added = document["dataSources"]
    assert others == before["dataSources"]
    assert (added["providerName"], added["state"]) == (provider, "pending")
    assert added["expirationTime"] > clock.now()
    assert list(document["providerConnectionRequests"]) == [provider]
    assert emitted("patient.connect_requested")[-1]["provider"] == provider
    (event,) = events(action="patient.connection_requested")
    assert event["scope"] == {"provider": provider}


def test_a_refused_connection_request_is_reported(clinic, staff):
    user_id = patient_ids(clinic)[0]
    response = staff("support").post(at(clinic, "patients/nobody/connect"), provider="abbott")
    assert messages_of(response) == ["Error finding patient: patient not found."]
    (event,) = events(action="patient.connection_requested")
    assert event["outcome"] == "refused"
    response = staff("support").post(at(clinic, f"patients/{user_id}/connect"), provider="pigeon")
    assert messages_of(response) == ["Choose a provider."]


# --- members ----------------------------------------------------------------------------------------
def test_members_and_invites_are_in_one_table(clinic, staff):
    page = staff("support").get(at(clinic, "members/"))
    assert sorted(member["state"] for member in page.context["members"]) == [
        "invited", "member", "member",
    ]  # fmt: skip
    assert "invited@example.org" in text(page)
    assert "secret-invite-key" not in text(page)
    assert "invited@example.org" not in text(staff("viewer").get(at(clinic, "members/")))


def test_members_are_shown_with_how_they_log_in(clinic, staff, ben):
    profile = {
        "mfaEnabled": True,
        "identityProviders": [{"alias": "hospital-sso", "name": "Example Hospital"}],
        "lastLoginTime": datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
    }
    db.collection("clinicians").update_many(
        {"userId": ben.user_id}, {"$set": {"securityProfile": profile}}
    )
    for path in ("members/", f"members/{ben.user_id}/"):
        page = text(staff("support").get(at(clinic, path)))
        assert ">second factor<" in page
        assert "Example Hospital" in page
        assert "4 Mar 2026" in page
    assert text(staff("support").get(at(clinic, "members/"))).count(">not known<") == 2
    assert "<dd>not known</dd>" in text(staff("support").get("users/", {"q": ben.user_id}))


def test_names_of_members_lead_to_their_page_and_that_to_the_look_up_of_the_person(
    clinic, staff, ben
):
    """And back. Whose role changes no members comes to the look-up at once."""
    member, person = (
        f"/admin/{at(clinic, f'members/{ben.user_id}/')}",
        f"/admin/users/?q={ben.user_id}",
    )
    support, viewer = staff("support"), staff("viewer")
    named = '<a href="{}">Ben Member</a>'
    assert named.format(member) in text(support.get(at(clinic, "members/")))
    assert f'<a href="{person}">Look up the person</a>' in text(support.client.get(member))
    assert named.format(member) in text(support.client.get(person))
    assert named.format(person) in text(viewer.get(at(clinic, "members/")))
    assert member not in text(viewer.client.get(person))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("BÉN", ["Ben Member"]),
        ("member, ben", ["Ben Member"]),
        ("invited@example", ["invited@example.org"]),
        ("nobody", []),
        ("ben invited", []),
        (" ", ["Ada Admin", "Ben Member", "invited@example.org"]),
    ],
)
def test_members_are_searched_by_words_of_name_and_address(clinic, ada, staff, search, found):
    db.collection("clinicians").update_one(
        {"clinicId": clinic["_id"], "userId": ada.user_id}, {"$set": {"name": "Ada Admin"}}
    )
    page = staff("support").get(at(clinic, "members/"), {"q": search})
    members = page.context["members"]
    assert sorted(member.get("name") or member["email"] for member in members) == found
    assert ("No member matches" in text(page)) == (not found)


def test_a_member_is_found_by_the_user_id(clinic, ben, staff):
    page = staff("viewer").get(at(clinic, "members/"), {"q": ben.user_id[:12]})
    assert [member["id"] for member in page.context["members"]] == [ben.user_id]


def test_who_sees_no_addresses_of_members_finds_no_one_by_them(clinic, ben, staff):
    for address in ("invited@example.org", ben.email):
        page = staff("viewer").get(at(clinic, "members/"), {"q": address})
        assert page.context["members"] == []


def test_members_have_pages_and_the_number_of_all(clinic, staff):
    make_members(clinic, 30)
    viewer = staff("viewer")
    first = viewer.get(at(clinic, "members/"), {"q": "person"})
    assert "1–25 of 30" in text(first)
    next_page = re.search(r"\?(search=[\w-]+&amp;page=2)", text(first))[1].replace("&amp;", "&")
    second = viewer.client.get(f"/admin/{at(clinic, 'members/')}?{next_page}")
    names = [member["name"] for page in (first, second) for member in page.context["members"]]
    assert names == [f"Person {number:04}" for number in range(30)]
    assert "There is no page 9" in text(viewer.get(at(clinic, "members/"), {"page": "9"}))


def test_a_page_of_members_reads_no_more_than_it_shows(clinic, staff):
    make_members(clinic, 1_990)
    support = staff("support")
    support.get(at(clinic, "members/"))
    key = audit_key("secret-invite-key")
    for path in ("members/", "members/?page=70", "members/?q=person+1989", f"invites/{key}/revoke"):
        with costs() as cost:
            assert support.get(at(clinic, path)).status_code == 200
        assert cost["documents"] <= 100, (path, cost)
        assert cost["keys"] <= 2_100, (path, cost)


def make_members(clinic, count):
    rows = [
        {"_id": ObjectId(), "clinicId": clinic["_id"], "userId": f"{n:010x}", "name": f"Person {n:04}", "roles": ["CLINIC_MEMBER"]}
        for n in range(count)
    ]  # fmt: skip
    db.collection("clinicians").insert_many(rows)


def test_roles_are_changed_through_the_service(clinic, ben, staff):
    person = staff("support")
    path = at(clinic, f"members/{ben.user_id}/")
    token = opened_on(person.get(path))
    person.post(path, opened_on=token, roles=["CLINIC_ADMIN", "PRESCRIBER"], reason="asked by Ada")
    assert ben.user_id in stored(clinic)["admins"]
    (event,) = events(action="clinician.roles_changed")
    assert event["before"] == {"roles": ["CLINIC_MEMBER"]}
    assert event["after"] == {"roles": ["CLINIC_ADMIN", "PRESCRIBER"]}
    assert event["reason"] == "asked by Ada"
    assert stored_member(clinic, ben)["rolesUpdates"][-1]["updatedBy"] == f"staff:{person.id}"


def test_changes_of_roles_name_who_made_them(clinic, ada, ben, staff):
    person = staff("support")
    signers = (ada.user_id, f"staff:{person.id}", "someone-else")
    updates = [{"roles": ["CLINIC_ADMIN"], "updatedBy": signer} for signer in signers]
    mine = {"clinicId": clinic["_id"], "userId": ben.user_id}
    db.collection("clinicians").update_one(mine, {"$set": {"rolesUpdates": updates}})
    page = text(person.get(at(clinic, f"members/{ben.user_id}/")))
    changes = " ".join(re.sub(r"<[^>]+>", "", page.partition("Role changes")[2]).split())
    for name in (stored_member(clinic, ada)["name"], "support", "someone-else"):
        assert f"admin by {name}" in changes, name


def stored_member(clinic, person):
    return db.collection("clinicians").find_one(
        {"clinicId": clinic["_id"], "userId": person.user_id}
    )


def test_the_last_admin_keeps_role_and_membership(clinic, ada, staff):
    person = staff("support")
    path = at(clinic, f"members/{ada.user_id}/")
    token = opened_on(person.get(path))
    response = person.post(path, opened_on=token, roles=["CLINIC_MEMBER"])
    assert messages_of(response) == ["The clinic must have at least one admin."]
    response = person.post(f"{path}remove", typed=ada.user_id, reason="T")
    assert messages_of(response)[-1].endswith(
        "is the clinic's only admin; make someone else an admin first."
    )
    assert stored(clinic)["admins"] == [ada.user_id]
    assert {event["outcome"] for event in events(clinicId=clinic["_id"])} == {"refused"}


@pytest.mark.yardstick("C1")
def test_a_parallel_change_of_roles_is_not_overwritten(clinic, ben, staff, root):
    path = at(clinic, f"members/{ben.user_id}/")
    person = staff("support")
    token = opened_on(person.get(path))
    root.post(path, opened_on=opened_on(root.get(path)), roles=["CLINIC_ADMIN"])
    response = person.post(path, opened_on=token, roles=["CLINIC_MEMBER", "PRESCRIBER"])
    assert "Someone changed this meanwhile" in messages_of(response)[0]
    assert len(events(action="clinician.roles_changed", outcome="done")) == 1


def test_prescriber_without_member_role_is_refused(clinic, ben, staff):
    person = staff("support")
    path = at(clinic, f"members/{ben.user_id}/")
    token = opened_on(person.get(path))
    response = person.post(path, opened_on=token, roles=["PRESCRIBER"])
    assert response.status_code == 400
    assert "prescriber comes on top" in text(response)


# --- removing: typed, with a reason, archived, audited ---------------------------------------------------
def removals(clinic, ben):
    user_id = patient_ids(clinic)[0]
    invite = audit_key("secret-invite-key")
    return {
        "patient": (
            f"patients/{user_id}/remove", "Maria Marker", ("support", "destructive"), "patient.removed",
            ("patients", {"userId": user_id}),
        ),
        "member": (
            f"members/{ben.user_id}/remove", "Ben Member", ("support",), "clinician.removed",
            ("clinicians", {"userId": ben.user_id}),
        ),
        "invite": (
            f"invites/{invite}/revoke", "invited@example.org", ("support",), "invite.revoked",
            ("clinicians", {"inviteId": "secret-invite-key"}),
        ),
    }  # fmt: skip


@pytest.mark.yardstick("W2")
@pytest.mark.parametrize("what", ["patient", "member", "invite"])
def test_a_removal_needs_the_typed_text_and_a_reason(what, clinic, ben, staff):
    path, typed, held, action, (collection, query) = removals(clinic, ben)[what]
    person = staff(*held)

    def is_there():
        return db.collection(collection).find_one({"clinicId": clinic["_id"], **query}) is not None

    assert typed in text(person.get(at(clinic, path)))
    response = person.post(at(clinic, path), typed="wrong", reason="T-1")
    assert "does not match; nothing was removed" in text(response)
    response = person.post(at(clinic, path), typed=typed, reason="  ")
    assert "A reason or ticket number is needed." in text(response)
    assert is_there()
    assert not events(action=action)
    person.post(at(clinic, path), typed=typed, reason="T-1")
    assert not is_there()
    (event,) = events(action=action)
    assert event["reason"] == "T-1"
    assert "secret-invite-key" not in str(event)
    archive = db.collection(f"{'patient' if what == 'patient' else 'clinician'}_deletions")
    (tombstone,) = archive.find({})
    assert tombstone["deletedByUserId"] == f"staff:{person.id}"
    assert "secret-invite-key" not in str(tombstone)


def test_a_removed_patient_is_archived_and_counted(clinic, staff):
    user_id = patient_ids(clinic)[0]
    person = staff("support", "destructive")
    person.post(at(clinic, f"patients/{user_id}/remove"), typed="Maria Marker", reason="T-1")
    archived = db.collection("patient_deletions").find_one({"patient.userId": user_id})
    assert archived["patient"]["fullName"] == "Maria Marker"
    assert stored(clinic)["patientCount"]["plan"] == 2


def test_a_clinic_with_patients_cannot_be_deleted_and_the_page_says_so(clinic, staff):
    person = staff("destructive")
    page = text(person.get(at(clinic, "delete")))
    assert "The clinic still has 3 patients besides the demo patient; remove or move them" in page
    patients = f'href="/admin/{at(clinic, "patients/")}">Patients of the clinic</a>'
    assert patients not in page
    assert patients in text(staff("support", "destructive").get(at(clinic, "delete")))
    assert "Type <code" not in page
    person.post(at(clinic, "delete"), typed=clinic["name"], reason="T")
    assert stored(clinic) is not None
    assert not events(action="clinic.deleted", outcome="done")


def test_an_empty_clinic_is_deleted_by_its_typed_name(clinic, staff):
    names = {p["userId"]: p["fullName"] for p in db.collection("patients").find({})}
    for user_id in patient_ids(clinic):
        staff("support", "destructive").post(
            at(clinic, f"patients/{user_id}/remove"), typed=names[user_id], reason="T"
        )
    person = staff("destructive")
    assert clinic["canonicalShareCode"] in text(person.get(at(clinic, "delete")))
    person.post(at(clinic, "delete"), typed="harbor", reason="T-5")
    assert stored(clinic) is not None
    response = person.post(at(clinic, "delete"), typed=clinic["name"], reason="T-5")
    assert messages_of(response)[-1] == "The clinic was deleted."
    assert stored(clinic) is None
    for archive in ("clinic_deletions", "clinician_deletions"):
        by = {row["deletedByUserId"] for row in db.collection(archive).find({})}
        assert by == {f"staff:{person.id}"}
    (event,) = events(action="clinic.deleted")
    assert event["object"]["name"] == clinic["name"]
    assert event["reason"] == "T-5"


# --- tags and sites ---------------------------------------------------------------------------------
def label(clinic, kind, index=0):
    entry = clinic["patientTags" if kind == "tag" else "sites"][index]
    return at(clinic, f"labels/{kind}/{entry['_id' if kind == 'tag' else 'id']}/")


def names(clinic):
    current = stored(clinic)
    return (
        [tag["name"] for tag in current.get("patientTags") or []],
        [site["name"] for site in current.get("sites") or []],
    )


def test_tags_and_sites_show_how_many_patients_they_have(clinic, root):
    kinds = root.get(at(clinic, "labels/")).context["kinds"]
    assert [[(row.name, row.patients) for row in kind["rows"]] for kind in kinds] == [
        [("Pump", 3), ("Study", 0)],
        [("Main", 3), ("West", 0)],
    ]


def test_tags_and_sites_are_changed_through_the_services(clinic, staff):
    person = staff("configuration")
    person.post(at(clinic, "labels/tag/add"), name="New tag")
    person.post(label(clinic, "tag"), do="rename", name="Pumps")
    person.post(label(clinic, "site"), do="rename", name="Main house")
    tags, sites = names(clinic)
    assert sorted(tags) == ["New tag", "Pumps", "Study"]
    assert sorted(sites) == ["Main house", "West"]
    patient = db.collection("patients").find_one({"clinicId": clinic["_id"]})
    assert patient["sites"][0]["name"] == "Main house"
    into_west = {"do": "merge", "target": str(clinic["sites"][1]["id"])}
    person.post(label(clinic, "site"), **into_west, typed="Main house", reason="T")
    person.post(label(clinic, "tag", 1), do="delete", typed="Study", reason="T")
    person.post(label(clinic, "tag"), do="convert", typed="Pumps", reason="T")
    tags, sites = names(clinic)
    assert tags == ["New tag"]
    assert sorted(sites) == ["Pumps", "West"]
    actions = [event["action"] for event in events(clinicId=clinic["_id"])]
    assert actions == [
        "tag.created", "tag.renamed", "site.renamed", "site.merged", "tag.deleted", "tag.converted",
    ]  # fmt: skip


def test_removing_a_tag_or_site_needs_its_typed_name_and_a_reason(clinic, staff):
    person = staff("configuration")
    for kind, name, fields in (
        ("tag", "Pump", {"do": "delete"}),
        ("tag", "Pump", {"do": "convert"}),
        ("site", "Main", {"do": "delete"}),
        ("site", "Main", {"do": "merge", "target": str(clinic["sites"][1]["id"])}),
    ):
        response = person.post(label(clinic, kind), **fields, typed=name)
        assert response.status_code == 400
        assert "A reason or ticket number is needed." in text(response)
        response = person.post(label(clinic, kind), **fields, typed="West", reason="T-1")
        assert response.status_code == 400
        assert "This is not the name; nothing was changed." in text(response)
    assert names(clinic) == (["Pump", "Study"], ["Main", "West"])


def test_a_refused_tag_or_site_is_reported_with_the_message_of_the_service(clinic, staff):
    person = staff("configuration")
    response = person.post(at(clinic, "labels/tag/add"), name="pump")
    assert messages_of(response) == ["Duplicate patient tag."]
    response = person.post(label(clinic, "tag"), do="rename", name=" ")
    assert "This field is required." in text(response)
    response = person.post(label(clinic, "tag"), do="dance")
    assert messages_of(response)[-1] == "Choose what to do."
    response = person.post(label(clinic, "site"), do="merge", typed="Main", reason="T", target="")
    assert messages_of(response)[-1] == "Choose the other site."
    assert person.post(at(clinic, "labels/colour/add"), name="x").status_code == 404


@pytest.mark.parametrize(
    "typed", ["Kim.DOE@example.org", "ｋim.doe@example.org", "kim\u00ad.doe@example.org"]
)
def test_a_lookup_by_address_finds_exactly_that_address(clinic, staff, typed):
    for email in ("kim.doe@example.org", "ｋim.doe@example.org", "kim\u00ad.doe@example.org"):
        db.collection("clinicians").insert_one({"clinicId": clinic["_id"], "email": email})
    page = text(staff("support").get("users/", {"q": typed}))
    # Wide letters are read as the usual ones; a sign that cannot be seen is a fault.
    assert ("Not an e-mail address" in page) == ("\u00ad" in typed)
    assert page.count("kim.doe@example.org</td>") <= 1
