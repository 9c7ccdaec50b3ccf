"""Staff move one patient to another clinic (rule PATIENT-150)."""

import pytest
from bson import ObjectId

from clinic_records.services import closures
from kernel import clock, db
from patients.services import patient_counts
from tests.admin.conftest import events, messages_of, patient_ids, text
from tests.events import deliver_all
from tests.factories import make_clinic, make_patient

KEPT = {
    "reviews": [{"clinicianId": "c", "time": clock.now()}],
    "summary": {"cgmStats": {"dates": {}}},
}


@pytest.fixture
def other(clinic):
    tags = [{"_id": ObjectId(), "name": "pump "}]
    sites = [{"id": ObjectId(), "name": "Harbour"}]
    return make_clinic(name="Lakeside", patientTags=tags, sites=sites, admins=["x"])


@pytest.fixture
def person(staff):
    return staff("support", "destructive")


@pytest.fixture
def maria(clinic):
    user_id = patient_ids(clinic)[0]
    subscribed = {"summaryAndReports": {"active": True, "matchedMessages": []}}
    fields = {**KEPT, "ehrSubscriptions": subscribed}
    db.collection("patients").update_one({"userId": user_id}, {"$set": fields})
    return user_id


def path(clinic, user_id, target=None):
    move = f"clinics/{clinic['_id']}/patients/{user_id}/move"
    return f"{move}/{target['_id']}/" if target else move


def move(person, clinic, user_id, target, typed="Maria Marker"):
    return person.post(path(clinic, user_id, target), typed=typed, reason="T-1")


def stored(user_id):
    (record,) = db.collection("patients").find({"userId": user_id})
    return record


def plan_of(clinic):
    return patient_counts.kept_counts(clinic["_id"])["plan"]


def listed(person, clinic):
    page = person.get(f"clinics/{clinic['_id']}/patients/")
    return {row["id"] for row in page.context["patients"]}


def test_a_patient_moves_with_the_record_and_is_counted_where_the_patient_is(
    clinic, other, maria, person
):
    before, plans = stored(maria), (plan_of(clinic), plan_of(other))
    page = text(person.get(path(clinic, maria, other)))
    assert "Sites that it does not have are lost: Main." in page
    assert "Tags that the clinic does not have" not in page
    assert stored(maria) == before

    move(person, clinic, maria, other)

    after = stored(maria)
    assert after["clinicId"] == other["_id"]
    assert after["tags"] == [other["patientTags"][0]["_id"]]
    assert after["sites"] == []
    assert after["ehrSubscriptions"]["summaryAndReports"]["active"] is False
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"clinicId", "tags", "sites", "updatedTime", "ehrSubscriptions"}
    assert (plan_of(clinic), plan_of(other)) == (plans[0] - 1, plans[1] + 1)
    assert maria not in listed(person, clinic)
    assert maria in listed(person, other)
    answer = person.get(f"clinics/{clinic['_id']}/patients/{maria}/")
    assert answer.url == f"/admin/users/?q={maria}"


def test_the_move_is_in_the_histories_of_both_clinics(clinic, other, maria, person):
    move(person, clinic, maria, other)
    where = {"from": str(clinic["_id"]), "to": str(other["_id"])}
    moved = events(action="patient.moved")
    assert {event["clinicId"] for event in moved} == {clinic["_id"], other["_id"]}
    assert [event["scope"] for event in moved] == [where, where]
    assert {event["object"]["id"] for event in moved} == {maria}
    assert "Maria" not in str(events())


def test_a_move_needs_the_typed_name_and_a_reason(clinic, other, maria, person):
    before = stored(maria)
    move(person, clinic, maria, other, typed="Maria")
    person.post(path(clinic, maria, other), typed="Maria Marker", reason=" ")
    assert stored(maria) == before


def test_the_other_clinic_is_found_by_name_code_and_id_and_never_chosen_beforehand(
    clinic, other, maria, person
):
    assert "Lakeside" not in text(person.get(path(clinic, maria)))
    for typed in ("lake", other["canonicalShareCode"], str(other["_id"])):
        page = person.get(path(clinic, maria), {"q": typed})
        assert f"/move/{other['_id']}/" in text(page), typed
    assert "No other clinic matches" in text(person.get(path(clinic, maria), {"q": "Harbor"}))


REFUSALS = {
    "patient": "already a member of the clinic",
    "mrn": "rn must be unique",
    "no mrn": "rn is required",
    "full": "no room",
    "merging": "is being merged",
    "same": "the patient is in this clinic",
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_the_other_clinic_would_refuse_moves_no_one(why, clinic, other, maria, person):
    set_other = db.database()["clinics"].update_one
    rules = {"required": why == "no mrn", "unique": why == "mrn"}
    set_other({"_id": other["_id"]}, {"$set": {"mrnSettings": rules}})
    if why == "patient":
        make_patient(other, userId=maria)
    if why == "mrn":
        make_patient(other, mrn="mrn-0", requireUniqueMrn=True)
    if why == "no mrn":
        db.collection("patients").update_one({"userId": maria}, {"$set": {"mrn": None}})
    if why == "full":
        limits = {"country": "US", "patientCountSettings": {"hardLimit": {"plan": 0}}}
        set_other({"_id": other["_id"]}, {"$set": limits})
    if why == "merging":
        closures.close(ObjectId(), source_id=other["_id"], target_id=ObjectId())
        closures.forget()
    target = clinic if why == "same" else other
    before = list(db.collection("patients").find({}))
    answers = person.get(path(clinic, maria, target)), move(person, clinic, maria, target)
    said = text(answers[0]) + " ".join(messages_of(answers[1]))
    assert REFUSALS[why].lower() in said.lower()
    assert list(db.collection("patients").find({})) == before
    assert not events(action="patient.moved", outcome="done")


def test_the_link_of_a_pending_sign_up_is_of_the_other_clinic_then(clinic, other, maria, person):
    link = {"_id": "k", "type": "signup_confirmation", "status": "pending", "userId": maria}
    others = {**link, "_id": "o", "userId": "someone"}
    for document in (link, others):
        document["clinicId"] = str(clinic["_id"])
        db.collection("confirmations").insert_one(document)
    move(person, clinic, maria, other)
    deliver_all()
    clinics = {d["_id"]: d["clinicId"] for d in db.collection("confirmations").find({})}
    assert clinics == {"k": str(other["_id"]), "o": str(clinic["_id"])}


@pytest.mark.foreign_documents
@pytest.mark.parametrize("wrong", [None, 5, "x", [5], [{"x": 1}], {"x": 1}])
def test_a_broken_record_moves_too(wrong, clinic, other, maria, person):
    fields = dict.fromkeys(("tags", "ehrSubscriptions"), wrong)
    db.collection("patients").update_one({"userId": maria}, {"$set": fields})
    assert person.get(path(clinic, maria, other)).status_code == 200
    move(person, clinic, maria, other)
    assert stored(maria)["clinicId"] == other["_id"]
