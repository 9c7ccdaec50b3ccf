"""The filter that all EHR lists share: clinic, patient, state, days."""

from datetime import UTC, datetime, timedelta

from django.http import HttpRequest

from kernel import ids
from redox.services.admin_reads import STATES, Wanted


def wanted(request: HttpRequest, *, kind: str | None = None) -> tuple[Wanted, str]:
    """What the query asks for, and a sentence when a part of it can not be read."""
    given = {
        name: request.GET.get(name, "").strip()
        for name in ("clinic", "user", "state", "from", "to")
    }
    clinic_id = ids.parse_id(given["clinic"])
    if given["clinic"] and clinic_id is None:
        return Wanted(kind=kind), "A clinic id has 24 hexadecimal digits."
    try:
        start, end = _day(given["from"]), _day(given["to"])
    except (ValueError, OverflowError):
        return Wanted(kind=kind), "A day is written as 2026-11-24."
    return Wanted(
        state=given["state"] if given["state"] in STATES else None,
        clinic_id=clinic_id,
        user_id=given["user"] or None,
        start=start,
        end=end + timedelta(days=1) if end else None,
        kind=kind,
    ), ""


def _day(text: str) -> datetime | None:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
