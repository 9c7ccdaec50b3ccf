"""A stored patient as staff pages read it: what is broken in one is left out, and the page shows the rest."""

from datetime import datetime

from bson import ObjectId

from clinic_records.admin.readable_clinics import readable
from kernel.db import Document
from kernel.safe_reading import ANY, Shape
from patients.services import patients

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


def access_patient(clinic_id: str, user_id: str) -> Document:
    """Raises NotFound."""
    return patient(patients.access_patient(clinic_id, user_id))


def patient(document: Document) -> Document:
    return readable("patient", document, _PATIENT)
