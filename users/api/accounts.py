"""Accounts and profiles of the embedded services."""

from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api import bodies
from kernel.api import schema as s
from kernel.api.authentication import principal_of
from kernel.errors import NotFound, Unauthorized
from kernel.principal import Principal
from users.api.base import AccountViewSet
from users.representation import users
from users.services import custody
from users.services.neighbours import profile_service, user_service

_PROFILE = s.obj({"fullName": s.name(), "patient": s.obj(), "clinic": s.obj()})


class UserViewSet(AccountViewSet):
    def retrieve_own(self, request: Request) -> Response:
        principal = principal_of(request)
        return _answer(principal, principal.user_id)

    def retrieve(self, request: Request, user_id: str) -> Response:
        """By id or address. Services see every account, people see their own and those in their custody."""
        return _answer(principal_of(request), user_id)


class ProfileViewSet(AccountViewSet):
    subject = "profile"

    def retrieve(self, request: Request, user_id: str) -> Response:
        """Without a trust relation only the name is returned."""
        principal = principal_of(request)
        profile = profile_service().get_profile(user_id)
        if profile is None:
            raise NotFound(message="Profile not found")
        if not _may_see(principal, user_id):
            profile = {name: profile[name] for name in ("fullName",) if name in profile}
        return Response(profile)

    def update(self, request: Request, user_id: str) -> Response:
        principal = principal_of(request)
        if not _may_change(principal, user_id):
            raise Unauthorized(message="Not authorized for the requested operation")
        changes = bodies.read_body(request, _PROFILE, limit=bodies.USUAL, required=True)
        return Response(profile_service().update_profile(user_id, changes))


def _answer(principal: Principal, id_or_email: str) -> Response:
    user = user_service().get_user(id_or_email)
    if user is not None and _may_change(principal, user.user_id):
        return Response(users.user(user, for_service=principal.is_server))
    if not principal.is_server:
        raise Unauthorized(message="Not authorized for the requested operation")
    raise NotFound(message="User not found")


def _may_see(principal: Principal, user_id: str) -> bool:
    return _is_own(principal, user_id) or bool(_permissions(principal, user_id))


def _may_change(principal: Principal, user_id: str) -> bool:
    return principal.is_server or custody.has_custody(user_id, principal.user_id)


def _is_own(principal: Principal, user_id: str) -> bool:
    return principal.is_server or principal.user_id == user_id


def _permissions(principal: Principal, user_id: str) -> dict[str, dict[str, object]]:
    return custody.permissions_over(user_id, principal.user_id)
