"""API clients as members of clinics (rules CLINIC-115 and ACCOUNT-123 to ACCOUNT-127)."""

from collections.abc import Callable

from bson import ObjectId

from clinic_records.documents import ClinicianDocument
from clinic_records.services import access, closures
from clinics.services import clinicians
from clinics.services.clinicians import ClinicianDetails
from kernel import ids
from kernel.choices import ClinicianRole
from kernel.errors import BadRequest, NotFound, Unavailable
from kernel.http import ServiceError, ServiceUnavailable
from users.services.neighbours import token_endpoint


def add_service_account(
    *,
    clinic_id: str | ObjectId,
    name: str,
    client_id: str,
    client_secret: str,
    then: Callable[[ClinicianDocument], None] = lambda _: None,
) -> ClinicianDocument:
    """Makes the client's technical account a member. The secret is used once, to prove that the caller knows it. `then`
    is called in the transaction that stores the member."""
    clinic = access.access_migrated_clinic(clinic_id)
    closures.require_open(clinic["_id"])
    user_id = _subject_of_client(client_id, client_secret)
    details = ClinicianDetails(
        roles=[ClinicianRole.MEMBER], name=name, user_id=user_id, is_service_account=True
    )
    return clinicians.create_clinician(clinic_id=clinic["_id"], details=details, then=then)


def access_service_account(clinic_id: str | ObjectId, user_id: str) -> ClinicianDocument:
    """Raises NotFound, for any other member too."""
    member = clinicians.access_clinician(clinic_id, user_id)
    if member.get("isServiceAccount") is not True:
        raise NotFound(message=clinicians.NOT_FOUND)
    return member


def _subject_of_client(client_id: str, client_secret: str) -> str:
    try:
        user_id = token_endpoint().subject_of_client(client_id, client_secret)
    except (ServiceError, ServiceUnavailable):
        raise Unavailable from None
    if not user_id:
        reason = "the client credentials are not accepted"
        raise BadRequest(reason)
    if not ids.is_user_id(user_id):
        reason = "the client's account is not a user"
        raise BadRequest(reason)
    return user_id
