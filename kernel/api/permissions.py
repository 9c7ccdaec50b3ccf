"""The policy row of the operation decides (rule ACCOUNT-12); the rows are in each app's policy.py."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from kernel import policy
from kernel.api.authentication import principal_of


class PolicyPermission(BasePermission):
    """Denies by default: also without an operation, or without a row."""

    def has_permission(self, request: Request, view: Any) -> bool:
        operation = view.operation
        if operation is None:
            return False
        view.caller = policy.Caller(principal_of(request), view.kwargs, operation.join)
        is_allowed = policy.allows(operation.id, view.caller)
        view.joined = view.caller.joined
        return is_allowed
