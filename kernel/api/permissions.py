"""The policy row of the operation decides (rule ACCOUNT-12); the rows are in each app's policy.py."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from kernel import policy
from kernel.api.authentication import principal_of


class PolicyPermission(BasePermission):
    """Denied by default: without an operation, or without a row."""

    def has_permission(self, request: Request, view: Any) -> bool:
        operation = view.operation
        if operation is None:
            return False
        roles = view.joined.get(policy.roles_lookup(operation.id))
        return policy.allows(operation.id, policy.Caller(principal_of(request), view.kwargs, roles))
