"""The base of the account routes: failures look like those of the user service, and no contract describes
them."""

from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from kernel.api.error_families import ErrorFamily
from kernel.api.viewsets import ApiViewSet
from kernel.errors import DomainError, Unauthorized


class AccountFamily(ErrorFamily):
    """{"code": status, "reason": text}"""

    def missing_token(self) -> DomainError:
        return Unauthorized(message="Missing session token")

    def invalid_token(self) -> DomainError:
        return Unauthorized(message="Invalid session token")

    def body(self, error: DomainError) -> dict[str, Any]:
        return {"code": error.status, "reason": error.message}

    def unexpected_body(self) -> dict[str, Any]:
        return {"code": 500, "reason": "Internal Server Error"}


class AccountViewSet(ApiViewSet):
    """Actions are plain methods: these routes stand in for the user service and are not in the
    description."""

    error_family = AccountFamily()
    subject = "user"
    # DRF would answer OPTIONS with the names of our classes.
    http_method_names = [name for name in ApiViewSet.http_method_names if name != "options"]
    http_method_not_allowed = ViewSet.http_method_not_allowed

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """The operation is named for the log and the metrics, like those of the contract."""
        prepared = super().initialize_request(request, *args, **kwargs)
        if self.action:
            request.operation_id = f"accounts.{self.subject}.{self.action}"  # type: ignore[attr-defined]
        return prepared

    def perform_authentication(self, request: Request) -> None:
        """`principal_of` does it: each action asks for the credential it needs."""

    def check_permissions(self, request: Request) -> None:
        """There are no policy rows: each action checks what its caller may see."""
