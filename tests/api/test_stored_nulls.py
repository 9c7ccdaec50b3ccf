"""Other writers store null for an empty list. Whatever adds to a list, or takes from it, works on that as on none."""

import pytest
from bson import ObjectId

from kernel import db
from patients.services import patient_matching
from patients.store.patient_matching import REPORTS
from tests.factories import make_clinic, make_clinician, make_patient, stored_patient

TAG, OTHER = ObjectId("a" * 24), ObjectId("b" * 24)
SITE = {"id": ObjectId("c" * 24), "name": "North"}


@pytest.fixture
def lakeside(ben):
    document = make_clinic(isMigrated=True)
    make_clinician(document, ben, "CLINIC_ADMIN")
    return document


def put_null(collection, *fields):
    db.collection(collection).update_many({}, {"$set": dict.fromkeys(fields)})


def stored_clinic(clinic):
    return db.collection("clinics").find_one({"_id": clinic["_id"]})


@pytest.mark.parametrize(
    ("what", "field"), [("patient_tags", "patientTags"), ("sites", "sites")], ids=["tags", "sites"]
)
def test_first_tag_or_site_replaces_a_stored_null(lakeside, ben, what, field):
    put_null("clinics", field)
    url = f"/v1/clinics/{lakeside['_id']}/{what}"

    assert ben.api.post(url, {"name": "North"}).status_code == 200
    assert [place["name"] for place in stored_clinic(lakeside)[field]] == ["North"]


def test_a_tag_of_a_clinic_without_tags_can_be_deleted(lakeside, ben):
    put_null("clinics", "patientTags")
    url = f"/v1/clinics/{lakeside['_id']}/patient_tags/{TAG}"

    assert ben.api.delete(url).status_code == 204


def test_a_member_becomes_admin_and_the_change_is_remembered(lakeside, ben, cy, backend):
    make_clinician(lakeside, cy)
    put_null("clinicians", "rolesUpdates")
    put_null("clinics", "admins")
    url = f"/v1/clinics/{lakeside['_id']}/clinicians/{cy.user_id}"

    answer = backend.put(url, {"email": cy.email, "roles": ["CLINIC_ADMIN"]})

    assert answer.status_code == 200, answer.content
    assert stored_clinic(lakeside)["admins"] == [cy.user_id]
    stored = db.collection("clinicians").find_one({"userId": cy.user_id})
    assert len(stored["rolesUpdates"]) == 1


class TestPatients:
    """`change` is what a caller does, `field` where it shows."""

    LISTS = ("tags", "sites", "reviews", "legacyClinicianIds", "providerConnectionRequests")

    def patient(self, lakeside):
        sources = [{"providerName": "dexcom", "state": "pending"}]
        patient = make_patient(lakeside, dataSources=sources)
        put_null("patients", *self.LISTS, "ehrSubscriptions")
        tags = [{"_id": TAG, "name": "One"}, {"_id": OTHER, "name": "Two"}]
        db.collection("clinics").update_one({}, {"$set": {"patientTags": tags, "sites": [SITE]}})
        return patient

    def test_a_tag_reaches_patients_without_any_beside_others(self, lakeside, ben):
        patient, url = self.patient(lakeside), f"/v1/clinics/{lakeside['_id']}/patients"
        other = make_patient(lakeside, tags=[OTHER])

        assert ben.api.post(f"{url}/assign_tag/{TAG}").status_code == 200

        assert stored_patient(lakeside, patient["userId"])["tags"] == [TAG]
        assert stored_patient(lakeside, other["userId"])["tags"] == [OTHER, TAG]

    def test_a_tag_becomes_a_site_of_a_patient_without_sites(self, lakeside, backend):
        patient = self.patient(lakeside)
        db.collection("patients").update_one({}, {"$set": {"tags": [TAG, OTHER]}})

        answer = backend.post(f"/v1/clinics/{lakeside['_id']}/patient_tags/{TAG}/site")

        assert answer.status_code == 200, answer.content
        stored = stored_patient(lakeside, patient["userId"])
        assert ([site["name"] for site in stored["sites"]], stored["tags"]) == (["One"], [OTHER])

    @pytest.mark.parametrize(
        ("method", "path", "field"),
        [
            ("put", "reviews", "reviews"),
            ("post", "connect/dexcom", "providerConnectionRequests"),
        ],
    )
    def test_patients_with_stored_nulls_are_reviewed_and_asked_to_connect(
        self, lakeside, ben, method, path, field
    ):
        patient = self.patient(lakeside)
        url = f"/v1/clinics/{lakeside['_id']}/patients/{patient['userId']}/{path}"

        assert ben.api.request(method, url).status_code in (200, 204)
        stored = stored_patient(lakeside, patient["userId"])[field]
        assert len(stored["dexcom"] if field != "reviews" else stored) == 1

    def test_a_legacy_clinician_is_added(self, lakeside, backend, dot):
        self.patient(lakeside)
        make_patient(lakeside, userId=dot.user_id, legacyClinicianIds=None)
        url = f"/v1/clinics/{lakeside['_id']}/patients/{dot.user_id}"

        assert backend.post(url, {"legacyClinicianId": "0000000011"}).status_code == 200
        assert stored_patient(lakeside, dot.user_id)["legacyClinicianIds"] == ["0000000011"]

    @pytest.mark.parametrize(
        "stored", [None, {REPORTS: None}, {REPORTS: {"matchedMessages": None}}]
    )
    def test_an_order_is_remembered_with_the_subscription(self, lakeside, stored):
        patient = self.patient(lakeside)
        db.collection("patients").update_one({}, {"$set": {"ehrSubscriptions": stored}})
        order = patient_matching.MatchedMessage(ObjectId(), "Order", "New")

        assert patient_matching.update_subscription(
            patient, name=REPORTS, active=True, provider="redox", message=order
        )

        kept = stored_patient(lakeside, patient["userId"])["ehrSubscriptions"][REPORTS]
        assert [entry["id"] for entry in kept["matchedMessages"]] == [order.document_id]
