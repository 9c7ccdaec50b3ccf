"""Which requests are heavy: operations that say so, and lists with a large `limit`, whichever operation makes them."""

import re
from collections import defaultdict
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from django.urls import get_resolver

from clinics_site.core.api.operations import Operation
from clinics_site.web import limits

Rows = list[tuple[re.Pattern[str], Operation]]


def clinic_of(scope: Any) -> str | None:
    """What a heavy request is about: its clinic, or the operation where it has none. None for any other request."""
    path = scope["path"].lstrip("/")
    for pattern, operation in _candidates()[scope["method"]]:
        found = pattern.match(path)
        if found is not None:
            clinic: str = found.groupdict().get("clinicId") or operation.id
            return clinic if operation.is_heavy or _is_large(scope["query_string"]) else None
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
            operation = getattr(getattr(view.cls, name, None), "operation", None)
            if operation is not None and _may_be_heavy(operation):
                found[method.upper()].append((route.pattern.regex, operation))
    return found


def _may_be_heavy(operation: Operation) -> bool:
    return operation.is_heavy or any(parameter.name == "limit" for parameter in operation.query)
