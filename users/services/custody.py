"""Who may speak for an account."""

from users.services.neighbours import permission_service, user_service

ROOT, CUSTODIAN = "root", "custodian"


def has_custody(user_id: str, caller_id: str) -> bool:
    """Its owner, or a custodian (directly or through a clinic) while nobody has claimed it.

    A claim ends all custody, but clinics' records follow later: whether it has happened is asked of the account.
    """
    if user_id == caller_id:
        return True
    granted = permission_service().get_permissions(user_id, caller_id)
    if ROOT in granted:
        return True
    return CUSTODIAN in granted and _is_unclaimed(user_id)


def _is_unclaimed(user_id: str) -> bool:
    user = user_service().get_user(user_id)
    return user is not None and user.is_custodial
