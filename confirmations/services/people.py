"""Accounts and names behind confirmations, and who may speak for whom."""

from typing import Any

from confirmations.documents import ConfirmationDocument
from confirmations.services import texts
from confirmations.services.failures import Failed
from confirmations.store import confirmations as store
from kernel import safe_reading
from kernel.errors import Unavailable
from kernel.http import ServiceError, ServiceUnavailable
from kernel.principal import Principal
from users.clients.protocol import Permissions, Profile, User
from users.services import custody
from users.services.neighbours import permission_service, profile_service, user_service

OUTAGE = (ServiceError, ServiceUnavailable)
STRANGER = "Tidepool User"


def get_account(user_id: str) -> User | None:
    """Raises Failed when the user service cannot answer."""
    try:
        return user_service().get_user(user_id)
    except OUTAGE:
        raise Failed(texts.USER_LOOKUP_FAILED) from None


def is_unclaimed(user_id: str) -> bool:
    """Read from the account, which shows a claim at once. Raises Failed when the user service cannot answer."""
    account = get_account(user_id)
    return account is not None and account.is_custodial


def find_id_by_address(email: str) -> str:
    """The account with this address, or "". An outage counts as unknown: the receiver is filled in later."""
    try:
        user = get_account_of_address(email)
    except OUTAGE:
        return ""
    return user.user_id if user else ""


def get_account_of_address(email: str) -> User | None:
    """Without an @ the user service would take the text as a user id."""
    return user_service().get_user(email) if "@" in email else None


def first_address(user: User | None) -> str:
    return user.address if user else ""


def custodian_among(caller: Principal, owner_id: str) -> str:
    """The caller who speaks for the owner, or "" when that is the owner or a service."""
    return "" if caller.is_server or caller.user_id == owner_id else caller.user_id


def sender_still_may(document: ConfirmationDocument) -> bool:
    """Whether the custodian who sent it still speaks for the owner. What a clinic's member has sent ends with the
    membership, the role or the clinic, and when the account is claimed."""
    sent_by = document.get("sentBy")
    return not sent_by or has_custody(document["creatorId"], sent_by)


def is_addressed_to(document: ConfirmationDocument, user: User | None) -> bool:
    """Whether the address that was invited is the account's, and verified.

    The document's user id is not enough: it may come from an address that the account no longer has, or has never
    verified.
    """
    return user is not None and user.has_proven(safe_reading.text(document.get("email")) or "")


def find_profile(user_id: str) -> Profile | None:
    """None also when the profile service fails: a name is not worth a failure."""
    try:
        return profile_service().get_profile(user_id) if user_id else None
    except OUTAGE:
        return None


def get_profile(user_id: str, reason: str) -> Profile:
    """Empty when there is none. Raises Failed(reason)."""
    try:
        return (profile_service().get_profile(user_id) if user_id else None) or {}
    except OUTAGE:
        raise Failed(reason) from None


def patient_part(profile: Profile | None) -> dict[str, Any]:
    part = (profile or {}).get("patient")
    return part if isinstance(part, dict) else {}


def name_of_sharer(profile: Profile | None) -> str:
    """Who shares data: the patient, where someone else runs the account."""
    patient = patient_part(profile)
    own = str((profile or {}).get("fullName") or "")
    name = str(patient.get("fullName") or own) if patient.get("isOtherPerson") else own
    return name or STRANGER


def permissions_of(owner_id: str, grantee_id: str) -> Permissions:
    """Raises Unavailable, so that an outage of the permission service is never taken for a refusal."""
    try:
        return custody.permissions_over(owner_id, grantee_id)
    except OUTAGE:
        raise Unavailable from None


def grants_of(owner_id: str, grantee_id: str) -> Permissions:
    """What the owner has granted in person. Raises Unavailable."""
    try:
        return permission_service().get_permissions(owner_id, grantee_id)
    except OUTAGE:
        raise Unavailable from None


def has_custody(user_id: str, caller_id: str) -> bool:
    """Owner, custodian, or member of a clinic that has custody. Raises Unavailable, like `permissions_of`."""
    try:
        return custody.has_custody(user_id, caller_id)
    except OUTAGE:
        raise Unavailable from None


def forget_user(user_id: str) -> None:
    store.remove_of_user(user_id)
