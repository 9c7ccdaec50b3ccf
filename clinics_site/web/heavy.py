"""Which requests are heavy: operations and views marked as heavy, lists with a large `limit` in any
operation, and the staff login."""

import re
from collections import defaultdict
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.urls import get_resolver

from clinics_site.web import limits
from kernel.api.operations import Operation

# Pattern of a path, name of the operation, whether it is always heavy.
Rows = list[tuple[re.Pattern[str], str, bool]]
STAFF_LOGIN = f"{settings.ADMIN_PATH}/login".lstrip("/")
STAFF_PLAN = f"{settings.ADMIN_PATH}/merges/plan/".lstrip("/")
# A file of patients is checked, as by BulkCreatePatients.
STAFF_FILE = "a file of patients"
_STAFF_FILE = f"{settings.ADMIN_PATH}/clinics/[^/]+/patients/from-file".lstrip("/")
# They read two whole clinics, or ask for the addresses of a whole file, which may take longer than a request has.
_LONG = re.compile(
    rf"/v1/clinics/[^/]+/(?:reports/merge|bulk/patients)$|/{STAFF_PLAN}|/{_STAFF_FILE}$"
)


def clinic_of(scope: Any) -> str | None:
    """The clinic of a heavy request, or its operation if it has no clinic. None for any other request."""
    path = scope["path"].lstrip("/")
    for staff in (STAFF_LOGIN, STAFF_PLAN):
        if path.startswith(staff):
            return staff
    if scope["method"] == "POST" and re.fullmatch(_STAFF_FILE, path):
        return STAFF_FILE
    # For HEAD Django makes the whole answer of GET.
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    for pattern, name, is_heavy in _candidates()[method]:
        match = pattern.match(path)
        if match is not None:
            clinic: str = match.groupdict().get("clinicId") or name
            return clinic if is_heavy or _is_large(scope["query_string"]) else None
    return None


def seconds_of(scope: Any) -> float:
    """How long the request may take."""
    return limits.LONG_SECONDS if _LONG.match(scope["path"]) else limits.REQUEST_SECONDS


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
    """The routes that may be heavy, by method."""
    rows: dict[str, Rows] = defaultdict(list)
    for route in get_resolver().url_patterns:
        view: Any = getattr(route, "callback", None)
        for method in getattr(view, "heavy_methods", ()):
            rows[method].append((route.pattern.regex, view.__qualname__, True))
        for method, name in getattr(view, "actions", {}).items():
            action = getattr(view.cls, name, None)
            operation = getattr(action, "operation", None)
            if operation is not None and _may_be_heavy(operation):
                row = (route.pattern.regex, operation.id, operation.is_heavy)
                rows[method.upper()].append(row)
            elif action is not None and getattr(action, "is_heavy", False):
                rows[method.upper()].append((route.pattern.regex, action.__qualname__, True))
    return rows


def _may_be_heavy(operation: Operation) -> bool:
    return operation.is_heavy or any(parameter.name == "limit" for parameter in operation.query)
