"""The filter that all EHR lists share: clinic, patient, state, days."""

from datetime import UTC, datetime, timedelta

from django.http import HttpRequest

from ehr.services.records import STATES, Filter
from kernel import ids


def read_filter(request: HttpRequest, *, kind: str | None = None) -> tuple[Filter, str]:
    """The filter of the query, and a sentence for staff when a part of it cannot be read."""
    values = {
        name: request.GET.get(name, "").strip()
        for name in ("clinic", "user", "state", "from", "to")
    }
    clinic_id = ids.parse_id(values["clinic"])
    if values["clinic"] and clinic_id is None:
        return Filter(kind=kind), "A clinic id has 24 hexadecimal digits."
    try:
        start, end = _day(values["from"]), _day(values["to"])
    except (ValueError, OverflowError):
        return Filter(kind=kind), "A day is written as 2026-11-24."
    return Filter(
        state=values["state"] if values["state"] in STATES else None,
        clinic_id=clinic_id,
        user_id=values["user"] or None,
        start=start,
        end=end + timedelta(days=1) if end else None,
        kind=kind,
    ), ""


def _day(text: str) -> datetime | None:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
