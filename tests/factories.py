"""Stored documents, for tests that need a state and not the way to it."""

import secrets

from bson import ObjectId

from kernel import clock, db
from patients import kept


def new_user_id():
    return secrets.token_hex(5)


def clinic_document(**fields):
    code = "-".join(
        "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(4))
        for _ in range(3)
    )
    return {
        "_id": ObjectId(),
        "name": "Lakeside Clinic",
        "country": "US",
        "tier": "tier0100",
        "canonicalShareCode": code,
        "shareCodes": [code],
        "admins": [],
        "timezone": None,
        "phoneNumbers": None,
        "createdTime": clock.now(),
        "updatedTime": clock.now(),
        **fields,
    }


def make_clinic(**fields):
    document = clinic_document(**fields)
    db.collection("clinics").insert_one(document)
    return document


def make_clinician(clinic, person, *roles, **fields):
    document = {
        "_id": ObjectId(),
        "clinicId": clinic["_id"],
        "userId": person.user_id,
        "email": person.email,
        "name": person.email.split("@", maxsplit=1)[0],
        "roles": list(roles or ("CLINIC_MEMBER",)),
        "createdTime": clock.now(),
        "updatedTime": clock.now(),
        **fields,
    }
    db.collection("clinicians").insert_one(document)
    return document


def patient_document(clinic, **fields):
    return {
        "_id": ObjectId(),
        "clinicId": clinic["_id"],
        "userId": new_user_id(),
        "fullName": "Iris Example",
        "birthDate": "1984-05-06",
        "email": None,
        "mrn": None,
        "targetDevices": None,
        "requireUniqueMrn": False,
        "permissions": {"custodian": {}, "view": {}, "upload": {}, "note": {}},
        "createdTime": clock.now(),
        "updatedTime": clock.now(),
        **fields,
    }


def make_patient(clinic, **fields):
    """A stored record. The kept count is reset, which outside writers never do."""
    document = patient_document(clinic, **fields)
    db.collection("patients").insert_one(document)
    db.collection(kept.COUNTS).delete_one({"_id": clinic["_id"]})
    return document


def make_patients(clinic, rows):
    documents = [patient_document(clinic, **row) for row in rows]
    db.collection("patients").insert_many(documents)
    db.collection(kept.COUNTS).delete_one({"_id": clinic["_id"]})
    return documents


def stored_patient(clinic, user_id):
    return db.collection("patients").find_one({"clinicId": clinic["_id"], "userId": user_id})


def make_webhook(clinic_id, **fields):
    """One that fails, with a message of the same id that was parked."""
    from webhooks.services import signing

    hook_id, moment = fields.get("_id") or ObjectId(), clock.now()
    hook = {
        "_id": hook_id,
        "clinicId": clinic_id,
        "url": "https://192.0.2.1/hooks",
        "kinds": ["merge.finished"],
        "description": "Data warehouse",
        "state": "on",
        "secret": signing.seal(hook_id, signing.new_secret()),
        "failures": 0,
        "deliveredTime": moment,
        "createdBy": "tests",
        "createdTime": moment,
        "updatedTime": moment,
        **fields,
    }
    message = {
        "_id": hook_id,
        "webhookId": hook_id,
        "clinicId": clinic_id,
        "eventId": str(ObjectId()),
        "kind": "patient.created",
        "subject": "0123456789",
        "data": {"clinicId": str(clinic_id), "userId": "0123456789"},
        "eventTime": moment,
        "state": "parked",
        "attempts": 100,
        "lastStatus": 503,
        "lastError": "status",
        "lastTime": moment,
        "dueTime": moment,
        "createdTime": moment,
    }
    db.collection("webhooks").insert_one(hook)
    db.collection("webhookDeliveries").insert_one(message)
    return hook
