"""A stored clinician as staff pages read it: values that cannot be read are left out, and the page shows the rest."""

from datetime import datetime

from bson import ObjectId

from clinic_records.admin.readable_clinics import readable
from clinics.services import clinicians, staff_reads
from kernel.choices import ClinicianRole
from kernel.db import Document
from kernel.safe_reading import Shape

_CLINICIAN: dict[str, Shape] = {
    **dict.fromkeys(("name", "email", "inviteId", "userId"), str),
    **dict.fromkeys(("createdTime", "updatedTime"), datetime),
    "roles": [str],
    "rolesUpdates": [{"roles": [str], "updatedBy": str}],
    "securityProfile": {
        "mfaEnabled": bool,
        "mfaEnabledTime": datetime,
        "identityProviders": [{"alias": str, "name": str}],
        "lastLoginTime": datetime,
    },
}


def access_clinician(clinic_id: str, user_id: str) -> Document:
    """Raises NotFound."""
    return clinician(clinicians.access_clinician(clinic_id, user_id))


def list_service_accounts(clinic_id: ObjectId) -> list[Document]:
    return [clinician(document) for document in staff_reads.list_service_accounts(clinic_id)]


def list_member_keys(clinic_id: ObjectId) -> list[Document]:
    """Without roles and times, which are in no index."""
    return [clinician(document) for document in staff_reads.list_member_keys(clinic_id)]


def list_admins(clinic_id: ObjectId) -> list[str]:
    """User ids of the members who administer the clinic."""
    found = map(clinician, staff_reads.list_with_role(clinic_id, ClinicianRole.ADMIN.value))
    return [member["userId"] for member in found if member.get("userId")]


def clinician(document: Document) -> Document:
    return readable("clinician", document, _CLINICIAN)
