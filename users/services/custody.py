"""What people may do with another person's data, and who may act for an account."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from users.choices import Grant
from users.clients.protocol import Permissions
from users.services.neighbours import permission_service, user_service

ClinicPermissions = Callable[[str, str], Permissions]


def permissions_over(owner_id: str, grantee_id: str) -> Permissions:
    """Grants of the owner, and what the owner's clinics permit to their members. The clinics' own records are
    read, whichever permission service is in use."""
    granted = permission_service().get_permissions(owner_id, grantee_id)
    if owner_id == grantee_id:
        return granted
    return {**_clinic_permissions()(owner_id, grantee_id), **granted}


def has_custody(user_id: str, caller_id: str) -> bool:
    """Whether the caller is the owner, or a custodian (directly or as a member of a clinic) of an unclaimed
    account.

    A claim ends all custody, but clinics' records are updated later, so the account itself is asked.
    """
    if user_id == caller_id:
        return True
    granted = permissions_over(user_id, caller_id)
    if Grant.ROOT in granted:
        return True
    return Grant.CUSTODIAN in granted and _is_unclaimed(user_id)


def _is_unclaimed(user_id: str) -> bool:
    user = user_service().get_user(user_id)
    return user is not None and user.is_custodial


@cache
def _clinic_permissions() -> ClinicPermissions:
    function: ClinicPermissions = import_string(settings.CLINIC_PERMISSIONS)
    return function
