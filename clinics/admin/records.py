"""Stored records as staff pages read them: what is broken in one is left out, and the page shows the rest."""

from datetime import datetime

from bson import ObjectId

from clinics.services import access, clinicians, patients, staff_reads
from kernel import showing
from kernel.db import Document
from kernel.showing import ANY, Shape

_CLINIC: dict[str, Shape] = {
    **dict.fromkeys(("name", "canonicalShareCode", "tier", "country", "timezone", "city", "state"), str),
    **dict.fromkeys(("address", "postalCode", "clinicType", "clinicSize", "website"), str),
    **dict.fromkeys(("PreferredBgUnits", "preferredBgUnits"), str),
    **dict.fromkeys(("createdTime", "updatedTime"), datetime),
    "patientTags": [{"_id": ObjectId, "name": str}],
    "sites": [{"id": ObjectId, "name": str}],
    "admins": [str],
    "shareCodes": [str],
    "phoneNumbers": [{"number": str}],
    "membershipRestrictions": [{"emailDomain": str}],
    "mrnSettings": {"required": bool, "unique": bool},
    "suppressedNotifications": {ANY: bool},
    "patientCountSettings": {ANY: dict},
    "patientCount": dict,
    "ehrSettings": {
        **dict.fromkeys(("provider", "sourceId", "facility", "mrnIdType"), str),
        "enabled": bool,
        "destinationIds": {ANY: str},
        "procedureCodes": {ANY: str},
        "flowsheets": {ANY: bool},
        "scheduledReports": {"cadence": str, "onUploadEnabled": bool, "onUploadNoteEventType": str},
        "tags": {"codes": [str], "separator": str},
    },
}  # fmt: skip
_PATIENT: dict[str, Shape] = {
    **dict.fromkeys(("fullName", "email", "birthDate", "mrn", "diagnosisType", "invitedBy"), str),
    **dict.fromkeys(("createdTime", "updatedTime", "lastUploadReminderTime"), datetime),
    "tags": [ObjectId],
    "sites": [{"id": ObjectId, "name": str}],
    "permissions": dict,
    "targetDevices": [str],
    "dataSources": [{"providerName": str}],
    "reviews": [{"clinicianId": str, "time": datetime}],
    "summary": {ANY: {"dates": {ANY: object}, "periods": dict}},
    "ehrSubscriptions": {ANY: {"active": bool, "matchedMessages": [{"id": ObjectId}]}},
    "providerConnectionRequests": {ANY: [{"createdTime": datetime}]},
    "glycemicRanges": dict,
}
_CLINICIAN: dict[str, Shape] = {
    **dict.fromkeys(("name", "email", "inviteId", "userId"), str),
    **dict.fromkeys(("createdTime", "updatedTime"), datetime),
    "roles": [str],
    "rolesUpdates": [{"roles": [str]}],
}


def access_clinic(clinic_id: str) -> Document:
    """Raises NotFound."""
    return clinic(access.access_clinic(clinic_id))


def access_patient(clinic_id: str, user_id: str) -> Document:
    """Raises NotFound."""
    return patient(patients.access_patient(clinic_id, user_id))


def access_clinician(clinic_id: str, user_id: str) -> Document:
    """Raises NotFound."""
    return clinician(clinicians.access_clinician(clinic_id, user_id))


def list_members(clinic_id: ObjectId) -> list[Document]:
    return [clinician(document) for document in staff_reads.list_members(clinic_id)]


def clinic(document: Document) -> Document:
    return _readable("clinic", document, _CLINIC)


def clinician(document: Document) -> Document:
    return _readable("clinician", document, _CLINICIAN)


def patient(document: Document) -> Document:
    return _readable("patient", document, _PATIENT)


def _readable(kind: str, document: Document, shape: dict[str, Shape]) -> Document:
    """The operators are told of what is left out, as by the API."""
    found = showing.readable(document, shape)
    if found != document:
        showing.note(kind, document.get("_id"), ValueError(kind))
    return found
