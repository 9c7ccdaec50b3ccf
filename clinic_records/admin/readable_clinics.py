"""A stored clinic as staff pages read it: values that cannot be read are left out, and the page shows the rest."""

from datetime import datetime

from bson import ObjectId

from clinic_records.services import access
from kernel import safe_reading
from kernel.db import Document
from kernel.safe_reading import ANY, Shape

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


def access_clinic(clinic_id: str) -> Document:
    """Raises NotFound."""
    return clinic(access.access_clinic(clinic_id))


def clinic(document: Document) -> Document:
    return readable("clinic", document, _CLINIC)


def readable(kind: str, document: Document, shape: dict[str, Shape]) -> Document:
    """Values that are left out are logged for the operators, as in the API."""
    readable_part = safe_reading.readable(document, shape)
    if readable_part != document:
        safe_reading.note_broken(kind, document.get("_id"), ValueError(kind))
    return readable_part
