"""The page for auditors: who has seen a patient's record."""

from datetime import timedelta
from urllib.parse import quote

from bson import ObjectId

from clinics.admin import meant, people_meant
from kernel import clock, db
from kernel.accesses import recording
from kernel.accesses.rows import PROCESSES, RECORDS
from kernel.staff import audit_trail
from tests.admin.conftest import events, patient_ids, text
from tests.events import deliver_all


def rows_of(response, section=0):
    return response.context["sections"][section]["rows"]


def look(api, clinic, user_id):
    api.get(f"/v1/clinics/{clinic['_id']}/patients/{user_id}")


def test_who_has_seen_a_patient(clinic, ada, ben, eve, staff):
    seen, other, _ = patient_ids(clinic)
    look(ben.api, clinic, seen)
    look(eve.api, clinic, seen)
    look(ada.api, clinic, other)
    deliver_all()
    recording.write()

    page = staff("auditor", "viewer").get("accesses/", {"patient": seen})
    looks = [row for row in rows_of(page) if row["id"] == "GetPatient"]
    assert [(row["who"], row["outcome"]) for row in looks] == [
        (eve.user_id, "403"),
        (ben.user_id, "200"),
    ]
    handlers = {row["id"] for row in rows_of(page)} - {"GetPatient"}
    assert "clinics.fill_profile" in handlers
    shown = text(page)
    assert "Ben Member" in shown
    assert "Harbor Diabetes Center" in shown
    assert looks[0]["operation"] in shown
    assert other not in shown


def test_lists_of_the_clinic_are_shown_beside(clinic, ben, staff):
    (seen, *_), base = patient_ids(clinic), f"/v1/clinics/{clinic['_id']}/patients"
    ben.api.get(f"{base}?offset=0&limit=7")
    recording.write()

    (row,) = rows_of(staff("auditor").get("accesses/", {"patient": seen}), 1)
    assert (row["id"], row["who"]) == ("ListPatients", ben.user_id)
    assert row["list"] == {"by": ["limit", "offset"], "offset": 0, "shown": 3}
    assert rows_of(staff("auditor").get("accesses/", {"patient": "0123456789"}), 1) == []


def test_lists_of_a_clinic_that_the_patient_has_left_are_shown(clinic, ada, ben, staff):
    (seen, *_), base = patient_ids(clinic), f"/v1/clinics/{clinic['_id']}/patients"
    look(ben.api, clinic, seen)
    ben.api.get(base)
    recording.write()
    for name in ("patients", "patient_deletions"):
        db.collection(name).delete_many({"userId": seen})
    page = staff("auditor").get("accesses/", {"patient": seen})
    assert [row["id"] for row in rows_of(page, 1)] == ["ListPatients"]


def test_of_very_many_clinics_the_lists_of_the_newest_are_shown_and_another_is_asked_for(
    clinic, ben, staff, monkeypatch
):
    from kernel.accesses import reading

    (seen, *_), base = patient_ids(clinic), f"/v1/clinics/{clinic['_id']}/patients"
    ben.api.get(base)
    recording.write()
    newer = [{"_id": ObjectId(f"7b{'0' * 21}{n}"), "patient": seen, "who": "", "kind": "system", "operation": "x",
              "outcome": "done", "request": "", "clinic": ObjectId(), "time": clock.now()} for n in (1, 2)]  # fmt: skip
    db.collection(RECORDS).insert_many(newer)
    monkeypatch.setattr(reading, "MOST_CLINICS", 2)

    page = staff("auditor").get("accesses/", {"patient": seen})
    assert rows_of(page, 1) == []
    assert "the 2 clinics in which the patient was seen last" in text(page)

    of_clinic = staff("auditor").get("accesses/", {"patient": seen, "clinic": str(clinic["_id"])})
    assert [row["id"] for row in rows_of(of_clinic, 1)] == ["ListPatients"]
    assert not {row["id"] for row in rows_of(of_clinic)} & {"x"}
    assert "was seen last" not in text(of_clinic)


def test_who_searches_for_one_patient_has_seen_that_patient(clinic, ben, staff):
    (seen, other, _), base = patient_ids(clinic), f"/v1/clinics/{clinic['_id']}/patients"
    name = db.collection("patients").find_one({"userId": seen})["fullName"]
    found = ben.api.get(f"{base}?search={quote(name)}").json()["data"]
    assert [patient["id"] for patient in found] == [seen]
    recording.write()
    auditor = staff("auditor")
    page = auditor.get("accesses/", {"patient": seen})
    (row,) = [row for row in rows_of(page) if row["id"] == "ListPatients"]
    assert row["list"] == {"by": ["search"], "shown": 1}
    assert rows_of(page, 1) == []
    assert rows_of(auditor.get("accesses/", {"patient": other}), 1) == []


def test_what_someone_has_seen(clinic, ada, ben, staff):
    seen, other, _ = patient_ids(clinic)
    look(ben.api, clinic, seen)
    look(ada.api, clinic, other)
    recording.write()
    page = staff("auditor").get("accesses/", {"who": ben.user_id})
    assert [(row["id"], row["patient"]) for row in rows_of(page)] == [("GetPatient", seen)]
    (event,) = events(action="accesses.viewed")
    assert event["object"] == {"type": "user", "id": ben.user_id, "name": ""}


def test_names_are_for_staff_who_find_clinics(clinic, ben, staff):
    (seen, *_) = patient_ids(clinic)
    look(ben.api, clinic, seen)
    recording.write()
    page = staff("auditor").get("accesses/", {"patient": seen})
    assert "Ben Member" not in text(page)
    assert "Harbor Diabetes Center" not in text(page)
    assert [row["who"] for row in rows_of(page)] == [ben.user_id]


def test_each_look_is_an_audit_event(clinic, staff):
    (seen, *_) = patient_ids(clinic)
    staff("auditor").get("accesses/", {"patient": seen, "from": "2026-01-01"})
    (event,) = events(action="accesses.viewed")
    assert event["object"] == {"type": "patient", "id": seen, "name": ""}
    assert event["scope"] == {"from": "2026-01-01"}


def test_what_is_asked_wrongly_is_said(staff):
    auditor = staff("auditor")
    assert people_meant.NONE in text(auditor.get("accesses/", {"patient": "Maria"}))
    assert meant.NONE in text(
        auditor.get("accesses/", {"patient": "0123456789", "clinic": "Marsh"})
    )
    wrong_day = {"patient": "0123456789", "from": "x"}
    assert "A day is written as" in text(auditor.get("accesses/", wrong_day))
    assert events(action="accesses.viewed") == []


def test_pages_of_records(clinic, ben, staff, monkeypatch):
    from clinics.admin import accesses

    monkeypatch.setattr(accesses, "PAGE", 3)
    (seen, *_) = patient_ids(clinic)
    for _ in range(5):
        look(ben.api, clinic, seen)
    recording.write()

    auditor = staff("auditor")
    first = auditor.get("accesses/", {"patient": seen})
    second = auditor.get(f"accesses/?{first.context['sections'][0]['older']}")
    requests = [row["request"] for row in (*rows_of(first), *rows_of(second))]
    assert len(requests) == len(set(requests)) == 5
    yesterday = (clock.now() - timedelta(days=1)).date().isoformat()
    assert rows_of(auditor.get("accesses/", {"patient": seen, "to": yesterday})) == []


def test_processes_that_ended_without_saying_so_are_shown(clinic, ben, staff):
    look(ben.api, clinic, patient_ids(clinic)[0])
    recording.write()
    assert "without saying so" not in text(staff("auditor").get(""))
    fields = {"seen": clock.now() - timedelta(minutes=2)}
    db.collection(PROCESSES).update_one({}, {"$set": fields})
    assert "without saying so" in text(staff("auditor").get(""))
    assert "without saying so" not in text(staff("viewer").get(""))
    assert "up to a second" in text(staff("auditor").get("accesses/"))


def test_the_audit_trail_leads_from_a_patient_to_all_looks_of_staff(clinic, staff):
    """To lists and look-ups, too, which concern several."""
    seen, other, _ = patient_ids(clinic)
    support = staff("support")
    support.get(f"clinics/{clinic['_id']}/patients/{seen}/")
    support.get(f"clinics/{clinic['_id']}/patients/")
    support.post("find/", q="Maria Marker")
    page = staff("auditor").get("accesses/", {"patient": seen})
    assert f"/admin/audit/?object={seen}" in text(page)
    for patient, expected in ((seen, 3), (other, 1)):
        shown = staff("auditor").get("audit/", {"object": patient})
        rows = [row for row in shown.context["events"] if row["actor"]["id"] == support.id]
        assert len(rows) >= expected
        listed = [row for row in rows if patient in (row["scope"] or {}).get("patients", ())]
        assert listed


def test_events_about_a_patient_are_read_from_indexes(clinic, root):
    (seen, *_) = patient_ids(clinic)
    others = [
        {"_id": ObjectId(), "number": -number, "object": {"id": str(number)}, "scope": {"patients": [str(number)]}}
        for number in range(1, 3_000)
    ]  # fmt: skip
    db.database()["auditEvents"].insert_many(others)
    for scope in ({"patients": [seen, "1"]}, None):
        about = {
            "object": {"id": "" if scope else seen},
            "scope": scope,
            "number": -5_000 - bool(scope),
        }
        db.database()["auditEvents"].insert_one(about)
    query = audit_trail._query_of({"object": seen})
    for asked in (query, {"$and": [query, {"_id": {"$lt": ObjectId()}}]}):
        found = db.database()["auditEvents"].find(asked).sort("_id", -1).limit(51)
        explained = found.explain()
        assert explained["executionStats"]["nReturned"] == 2
        assert explained["executionStats"]["totalDocsExamined"] <= 4
        plan = str(explained["queryPlanner"]["winningPlan"])
        assert "AuditByPatient" in plan
        assert "AuditByObject" in plan
        assert "'SORT'" not in plan
