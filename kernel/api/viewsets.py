"""The base of every API viewset. The order of checks is rules ACCOUNT-9 to ACCOUNT-19:

`authentication_classes` (token) -> known method -> `permission_classes` (policy) -> the clinic is open -> parameters ->
body -> handler. The last three live in @operation.
"""

from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from rest_framework import viewsets
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel import accesses, policy
from kernel.api.error_families import CLINIC_FAMILY, ErrorFamily
from kernel.api.negotiation import JSONNegotiation
from kernel.api.operations import Operation
from kernel.api.parsers import OrjsonParser
from kernel.db import Document
from kernel.errors import NotFound

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
NOT_FOUND = "no matching operation was found"
METHOD_NOT_ALLOWED = "method not allowed"


class ApiViewSet(viewsets.ViewSet):
    """Authentication, permission and renderer are those of settings.REST_FRAMEWORK; each action is made by
    @operation, and a method without one is not served."""

    parser_classes = [OrjsonParser]
    content_negotiation_class = JSONNegotiation
    error_family: ErrorFamily = CLINIC_FAMILY
    not_served = METHOD_NOT_ALLOWED
    operation: Operation | None = None  # of the request; none where its method is not served
    joined: list[Document] | None = None  # documents read with the caller's roles
    caller: (
        policy.Caller
    )  # as the policy has asked; none where the method checks a credential of its own

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except BaseException:  # an error of the server, for which there is no answer
            untie(self)
            raise

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        action = self.action_map.get((request.method or "").lower())
        self.operation = getattr(getattr(self, action or "", None), "operation", None)
        if self.operation is not None:
            accesses.begin(self.operation.id, kwargs, self.operation.query)
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Without DRF's format suffixes, versions and throttles, which are not used here but would cost
        time."""
        accesses.admit()
        self.perform_authentication(request)
        self.check_permissions(request)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        accesses.note_answer(getattr(response, "data", None))
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def has_own_credential(self) -> bool:
        """The operation is outside the session-token scheme: its method checks a credential of its own."""
        return self.operation is not None and policy.is_external(self.operation.id)

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [] if self.has_own_credential else super().get_authenticators()

    def check_permissions(self, request: Request) -> None:
        if self.operation is None:
            self.http_method_not_allowed(request)
        else:
            self._note(request, self.operation)
        if not self.has_own_credential:
            super().check_permissions(request)
            policy.require_open_clinic(self.kwargs)

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        raise NotFound(message=self.not_served)

    @staticmethod
    def _note(request: Request, operation: Operation) -> None:
        """Record the operation for logs, metrics and error handling."""
        request._request.operation_id = operation.id  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(operation=operation.id)


def untie(view: APIView) -> None:
    """Called when a request is finished. DRF's view, request and response refer to one another: such a cycle
    stays until the next garbage collection, which is rare, and a large body or answer would stay with it."""
    getattr(view.request, "parser_context", {}).clear()
    vars(view).clear()


class UnknownPath(ApiViewSet):
    """Every path without an operation: the token is checked first, then the answer is 404 for any method."""

    not_served = NOT_FOUND

    def refuse(self, request: Request) -> Response:
        raise NotImplementedError  # an action is needed to make a view, but none is ever reached


def of_every_method(viewset: type[UnknownPath]) -> Callable[[HttpRequest], Response]:
    view: Callable[[HttpRequest], Response] = viewset.as_view(dict.fromkeys(METHODS, "refuse"))
    return view


UNKNOWN_PATH = of_every_method(UnknownPath)


def route(url: str, viewset: type[ApiViewSet], **actions: str) -> URLPattern:
    """`route("/v1/clinics/<clinicId>", ClinicViewSet, get="retrieve", put="update")`; no trailing slash."""
    view: Callable[[HttpRequest], Response] = viewset.as_view(dict[str, Any](actions))
    return path(url.lstrip("/"), view)


def heavy(action: Callable[..., Response]) -> Callable[..., Response]:
    """Marks a slow action that is not a described operation: only few heavy actions run at a time."""
    action.is_heavy = True  # type: ignore[attr-defined]
    return action


def empty(status: int = 200) -> Response:
    return Response(None, status=status)
