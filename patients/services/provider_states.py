"""The state of a patient's account with one maker of devices, in one word.

Records know two forms. In the older one a source waits in the state `pending` or `pendingReconnect`, and has the time
until when. In the newer one a source is connected, disconnected or in error, and what waits is a request with a time of
its own. Both may be in one record.
"""

from datetime import datetime

from kernel.db import Document
from patients import arrivals
from patients.arrivals import IS_STALE, Request
from patients.choices import SourceState

NONE, EXPIRED, INACTIVE = "NA", "expired", "inactive"
_WAITS = (SourceState.PENDING.value, SourceState.PENDING_RECONNECT.value)


def provider_state(record: Document, provider: str, now: datetime) -> tuple[str, datetime | None]:
    """The word, and the time of the newest data of the source, if there is any. `NA`: nothing is known of the provider.
    `expired`: the request can no longer be accepted. `inactive`: connected, and without data for 48 hours. Otherwise
    the stored state."""
    known = arrivals.connection_with(record, provider)
    latest = known.newest.get("latestDataTime")
    latest = latest if isinstance(latest, datetime) else None
    return _word(known, latest, now), latest


def _word(known: arrivals.Connection, latest: datetime | None, now: datetime) -> str:
    state = known.newest.get("state")
    if state in _WAITS:
        return EXPIRED if _has_expired(known.request, now) else str(state)
    if known.unanswered is not None:
        return EXPIRED if _has_expired(known.unanswered, now) else SourceState.PENDING.value
    if state == SourceState.CONNECTED and latest is not None and now - latest > IS_STALE:
        return INACTIVE
    return state if isinstance(state, str) and state else NONE


def _has_expired(request: Request | None, now: datetime) -> bool:
    """A request of which no one knows until when it can be accepted has not."""
    return request is not None and request.expires is not None and now > request.expires
