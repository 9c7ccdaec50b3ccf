"""Which requests are heavy: operations and views that say so, lists with a large `limit`, whichever operation makes
them, and the staff's log-in."""

import re
from collections import defaultdict
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.urls import get_resolver

from clinics_site.web import limits
from kernel.api.operations import Operation

Rows = list[
    tuple[re.Pattern[str], str, bool]
]  # of a path; what it is about; whether it is always heavy
STAFF_LOG_IN = f"{settings.ADMIN_PATH}/login".lstrip("/")


def clinic_of(scope: Any) -> str | None:
    """What a heavy request is about: its clinic, or the operation where it has none. None for any other request."""
    path = scope["path"].lstrip("/")
    if path.startswith(STAFF_LOG_IN):
        return STAFF_LOG_IN
    method = (
        "GET" if scope["method"] == "HEAD" else scope["method"]
    )  # Django makes the whole answer
    for pattern, name, is_heavy in _candidates()[method]:
        found = pattern.match(path)
        if found is not None:
            clinic: str = found.groupdict().get("clinicId") or name
            return clinic if is_heavy or _is_large(scope["query_string"]) else None
    return None


def _is_large(query: bytes) -> bool:
    return any(
        name == "limit" and _number(value) > limits.LARGE_LIST
        for name, value in parse_qsl(query.decode("latin-1"))
    )


def _number(text: str) -> int:
    digits = text.strip().removeprefix("+")[:20]
    return int(digits) if digits.isdecimal() else 0


@cache
def _candidates() -> dict[str, Rows]:
    """By method, the routes that may be heavy."""
    found: dict[str, Rows] = defaultdict(list)
    for route in get_resolver().url_patterns:
        view: Any = getattr(route, "callback", None)
        for method, name in getattr(view, "actions", {}).items():
            action = getattr(view.cls, name, None)
            operation = getattr(action, "operation", None)
            if operation is not None and _may_be_heavy(operation):
                row = (route.pattern.regex, operation.id, operation.is_heavy)
                found[method.upper()].append(row)
            elif action is not None and getattr(action, "is_heavy", False):
                found[method.upper()].append((route.pattern.regex, action.__qualname__, True))
    return found


def _may_be_heavy(operation: Operation) -> bool:
    return operation.is_heavy or any(parameter.name == "limit" for parameter in operation.query)
