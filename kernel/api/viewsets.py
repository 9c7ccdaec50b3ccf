"""The base of every API viewset: the order of checks of rules ACCOUNT-9 to ACCOUNT-19.

token -> known method -> policy -> parameters -> body -> handler. The last three live in @operation.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from rest_framework import viewsets
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel import authn, policy
from kernel.api.operations import Operation
from kernel.api.rendering import OrjsonRenderer
from kernel.errors import BadRequest, DomainError, Forbidden, NotFound, Unauthorized
from kernel.lookups import Lookup, Path
from kernel.principal import ENVIRON_KEY, Principal

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
NOT_FOUND = "no matching operation was found"
METHOD_NOT_ALLOWED = "method not allowed"
DENIED = "security requirements failed: the subject is not authorized for the requested action"


class ErrorFamily:
    """How a family of endpoints words its failures. The clinic family: {"message": text}."""

    def missing_token(self) -> DomainError:
        return BadRequest(message="session token is missing")

    def invalid_token(self) -> DomainError:
        return Unauthorized(message="session token is invalid")

    def denied(self) -> DomainError:
        return Forbidden(message=DENIED)

    def wrong_path(self, error: BadRequest) -> DomainError:
        """Of a value in the path that can be nobody's id."""
        return error

    def body(self, error: DomainError) -> dict[str, Any] | None:
        """None: the failure has no body."""
        return {"message": error.message}

    def unexpected_body(self) -> dict[str, Any]:
        return {"message": "Internal Server Error"}


CLINIC_FAMILY = ErrorFamily()


class ApiViewSet(viewsets.ViewSet):
    """`initial` runs before any action; each action is made by @operation."""

    renderer_classes = [OrjsonRenderer]
    error_family: ErrorFamily = CLINIC_FAMILY
    is_external = False  # routes outside the session-token scheme: their methods check a credential of their own
    _renderer = OrjsonRenderer()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except BaseException:  # the server's own: nobody will answer
            untie(self)
            raise

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        # Whatever a client accepts, the answer is JSON: the callers send no Accept header.
        return self._renderer, self._renderer.media_type

    def initial(self, request: Request, *args: Any, **kwargs: str) -> None:
        found = self._operation(request)
        if found is None and self.is_external:
            raise MethodNotAllowed(request.method or "")
        if found is not None and policy.is_external(found.id):
            self._note(request, found, None)
            return
        if found is None:
            self._authenticate(request)
            raise NotFound(message=METHOD_NOT_ALLOWED)
        roles = policy.roles_lookup(found.id) if "clinicId" in kwargs else None
        lookups = [lookup for lookup in (roles, found.lookup) if lookup is not None]
        principal, joined = self._identify(request, kwargs, lookups)
        self._note(request, found, principal)
        if not policy.allows(found.id, policy.Caller(principal, kwargs, joined.get(roles))):
            raise self.error_family.denied()
        request.joined = joined.get(found.lookup)  # type: ignore[attr-defined]

    def _operation(self, request: Request) -> Operation | None:
        name = self.action_map.get((request.method or "").lower())
        found: Operation | None = getattr(getattr(self, name or "", None), "operation", None)
        return found

    def _authenticate(self, request: Request) -> Principal:
        return self._identify(request, {}, ())[0]

    def _identify(
        self, request: Request, path: Path, lookups: Sequence[Lookup]
    ) -> tuple[Principal, Mapping[Lookup | None, Any]]:
        """The caller, and what was found together with its token."""
        known: Principal | None = request.META.get(ENVIRON_KEY)
        if known is not None:  # checked before the body was read
            return known, {}
        token = request.META.get("HTTP_X_TIDEPOOL_SESSION_TOKEN", "")
        if not token:
            raise self.error_family.missing_token()
        principal, joined = authn.find_caller(token, path, lookups)
        if principal is None or not principal.user_id:
            raise self.error_family.invalid_token()
        request.META[ENVIRON_KEY] = principal
        return principal, joined

    @staticmethod
    def _note(request: Request, found: Operation, principal: Principal | None) -> None:
        """Where logs, metrics and errors find out what is going on."""
        request.principal = principal  # type: ignore[attr-defined]
        request._request.operation_id = found.id  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(operation=found.id)


def untie(view: APIView) -> None:
    """When it is over. DRF's view, request and response know one another: such a circle stays until garbage is
    collected, which is seldom, and a large body or answer would stay with it."""
    getattr(view.request, "parser_context", {}).clear()
    vars(view).clear()


class UnknownPath(ApiViewSet):
    """Every path that is no operation: the token is checked first, then 404."""

    def initial(self, request: Request, *args: Any, **kwargs: str) -> None:
        self._authenticate(request)
        raise NotFound(message=NOT_FOUND)

    def refuse(self, request: Request) -> Response:
        raise NotImplementedError  # initial never lets a request through


def of_every_method(viewset: type[UnknownPath]) -> Callable[[HttpRequest], Response]:
    view: Callable[[HttpRequest], Response] = viewset.as_view(dict.fromkeys(METHODS, "refuse"))
    return view


UNKNOWN_PATH = of_every_method(UnknownPath)


def route(url: str, viewset: type[ApiViewSet], **actions: str) -> URLPattern:
    """`route("/v1/clinics/<clinicId>", ClinicViewSet, get="retrieve", put="update")`; no trailing slash."""
    view: Callable[[HttpRequest], Response] = viewset.as_view(dict[str, Any](actions))
    return path(url.lstrip("/"), view)


def heavy(action: Callable[..., Response]) -> Callable[..., Response]:
    """For what is no described operation and takes long whatever it is asked: few of its kind run at a time."""
    action.is_heavy = True  # type: ignore[attr-defined]
    return action


def empty(status: int = 200) -> Response:
    return Response(None, status=status)
