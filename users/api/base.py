"""The base of the account routes: the user service's words for failures, and no contract behind them."""

from typing import Any

from rest_framework.request import Request

from kernel.api.viewsets import ApiViewSet, ErrorFamily
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
    """Actions are plain methods: these routes stand in for the user service and are described nowhere."""

    error_family = AccountFamily()
    # DRF answers OPTIONS by itself, with the names of our classes.
    http_method_names = [name for name in ApiViewSet.http_method_names if name != "options"]

    def initial(self, request: Request, *args: Any, **kwargs: str) -> None:
        """Each action looks for the credential it needs."""
