"""Why data of a patient does or does not arrive, for each provider that the record names.

Pure: reads one record and nothing else. Other services write these records, so nothing in them is taken for granted.
The rule by which a connection has an issue (`patients.connection_issues`) is the one of this module: the first five
findings are its causes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel import safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from patients.choices import DataProvider, Finding, IssueSource, SourceState
from patients.custody import is_custodial

REQUEST_LASTS = timedelta(days=30)
IS_STALE = timedelta(hours=48)
INVITATION_LASTS = timedelta(days=31)  # from the day of the record; a reminder does not prolong it
_FAULTS = {
    SourceState.ERROR.value: Finding.ERROR,
    SourceState.DISCONNECTED.value: Finding.DISCONNECTED,
}
_PROVIDERS = frozenset(DataProvider.values)
_PENDING = (SourceState.PENDING.value, SourceState.PENDING_RECONNECT.value)


@dataclass(frozen=True, slots=True)
class Request:
    """A provider's account was asked for. `asked` None: the record does not say when."""

    asked: datetime | None
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """`provider` is empty for a patient who was asked to connect whatever there is, or not at all. `source` is the
    newest one of the provider, or empty; `since` is when the finding began, as far as the record says. `turns`: the
    moments after which the finding can be another one, although nothing is written."""

    provider: str
    finding: Finding
    since: datetime | None
    source: Document
    request: Request | None
    turns: tuple[datetime, ...] = ()


def arrivals_of(record: Mapping[str, Any], now: datetime) -> list[Arrival]:
    """Sorted by provider; never empty."""
    sources, requests = _sources_by_provider(record), _requests_by_provider(record)
    providers = sorted(sources.keys() | requests.keys())
    if not providers:
        return [_without_provider(record, now)]
    return [
        _arrival(name, sources.get(name, []), requests.get(name, []), now) for name in providers
    ]


def tracked_arrival(record: Mapping[str, Any], now: datetime) -> Arrival | None:
    """What arrives of what `connectionIssueSource` names; None where nothing is tracked, and for the general invitation
    of someone who has a source or was asked for one, or whose account is not the clinic's any more."""
    tracked = safe_reading.text(record.get("connectionIssueSource"))
    if tracked in _PROVIDERS:
        sources, requests = _sources_by_provider(record), _requests_by_provider(record)
        return _arrival(tracked, sources.get(tracked, []), requests.get(tracked, []), now)
    if tracked != IssueSource.GENERAL or _has_provider(record) or _invitation(record) is None:
        return None
    return _without_provider(record, now)


def _has_provider(record: Mapping[str, Any]) -> bool:
    return bool(_sources_by_provider(record) or _requests_by_provider(record))


# --- one provider ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Connection:
    """What a record says of one provider: its newest source, or nothing; the same without one that still waits for its
    first connection; the newest request, and the newest that the source has not answered."""

    newest: Document
    source: Document
    request: Request | None
    unanswered: Request | None


def connection_with(record: Document, provider: str) -> Connection:
    """Also where the record does not name the provider."""
    sources, requests = _sources_by_provider(record), _requests_by_provider(record)
    return _connection(sources.get(provider, []), requests.get(provider, []))


def _connection(sources: list[Document], stored: list[Request]) -> Connection:
    waiting = [source for source in sources if source.get("state") in _PENDING]
    requests = [*stored, *map(_request_in, waiting)]
    newest = max(sources, key=_begun, default={})
    # A source that waits for its first connection is a request and no source.
    source = {} if newest.get("state") == SourceState.PENDING else newest
    unanswered = [request for request in requests if not _is_answered(source, request)]
    return Connection(newest, source, _newest(requests), _newest(unanswered))


def _arrival(
    provider: str, sources: list[Document], stored: list[Request], now: datetime
) -> Arrival:
    known = _connection(sources, stored)
    finding, since = _finding(known.source, known.unanswered, now)
    turns = (
        moved(_moment(known.source, "latestDataTime"), IS_STALE),
        *_turns_of(known.unanswered),
    )
    return Arrival(provider, finding, since, known.newest, known.request, _known(turns))


def _turns_of(request: Request | None) -> tuple[datetime | None, ...]:
    return (moved(request.asked, IS_STALE), request.expires) if request else ()


def _known(moments: Iterable[datetime | None]) -> tuple[datetime, ...]:
    return tuple(moment for moment in moments if moment is not None)


def _finding(
    source: Document, unanswered: Request | None, now: datetime
) -> tuple[Finding, datetime | None]:
    """The first that holds."""
    state, latest = source.get("state"), _moment(source, "latestDataTime")
    if isinstance(state, str) and state in _FAULTS:
        return _FAULTS[state], _moment(source, "modifiedTime")
    if latest is not None and now - latest > IS_STALE:
        return Finding.STALE_DATA, latest
    if unanswered is not None:
        return _of_request(unanswered, now)
    if state != SourceState.CONNECTED:
        return Finding.UNCLEAR, _moment(source, "modifiedTime")
    if latest is not None:
        return Finding.ARRIVES, latest
    return Finding.NO_DATA_YET, _moment(source, "connectedTime", "modifiedTime")


def _of_request(request: Request, now: datetime) -> tuple[Finding, datetime | None]:
    if request.expires is not None and now > request.expires:
        return Finding.EXPIRED_INVITE, request.expires
    if request.asked is not None and now - request.asked > IS_STALE:
        return Finding.STALE_INVITE, request.asked
    return Finding.INVITED, request.asked


def _is_answered(source: Document, request: Request) -> bool:
    """Whether the source, where there is one, was made or connected after the request."""
    if not source or source.get("state") == SourceState.CONNECTED:
        return bool(source)
    made = _moment(source, "createdTime", "modifiedTime")
    if made is None:
        return True
    connected = _moment(source, "connectedTime") or ZERO
    return request.asked is not None and max(made, connected) > request.asked


def _without_provider(record: Mapping[str, Any], now: datetime) -> Arrival:
    request = _invitation(record)
    if request is None:
        return Arrival("", Finding.NEVER_ASKED, None, {}, None)
    finding, since = _of_request(request, now)
    return Arrival("", finding, since, {}, request, _known(_turns_of(request)))


def _invitation(record: Mapping[str, Any]) -> Request | None:
    """Only people whose account the clinic looks after are invited to connect whatever they have."""
    created = _moment(record, "createdTime")
    sent = _moment(record, "lastInvitationSent") or created
    is_invited = (
        record.get("connectionIssueSource") == IssueSource.GENERAL
        or safe_reading.text(record.get("email"))
    )  # fmt: skip
    if sent is None or not is_invited or not is_custodial(record):
        return None
    return Request(sent, moved(created, INVITATION_LASTS))


# --- what is stored -------------------------------------------------------------------------------
def _sources_by_provider(record: Mapping[str, Any]) -> dict[str, list[Document]]:
    by_provider: dict[str, list[Document]] = {}
    for source in safe_reading.objects(record.get("dataSources")):
        if provider := safe_reading.text(source.get("providerName")):
            by_provider.setdefault(provider, []).append(source)
    return by_provider


def _requests_by_provider(record: Mapping[str, Any]) -> dict[str, list[Request]]:
    stored = safe_reading.mapping(record.get("providerConnectionRequests"))
    requests = {name: list(map(_stored, safe_reading.objects(stored[name]))) for name in stored}
    # An old record of Dexcom's stands in when there is no newer one.
    older = _moment(record, "lastRequestedDexcomConnectTime")
    if older is not None and not requests.get(DataProvider.DEXCOM.value):
        requests[DataProvider.DEXCOM.value] = [Request(older, _end(older))]
    return {name: made for name, made in requests.items() if made}


def _stored(request: Document) -> Request:
    asked = _moment(request, "createdTime")
    return Request(asked, _moment(request, "expirationTime") or _end(asked))


def _request_in(source: Document) -> Request:
    expires = _moment(source, "expirationTime")
    return Request(moved(expires, -REQUEST_LASTS), expires)


def _newest(requests: list[Request]) -> Request | None:
    return max(requests, key=lambda request: request.asked or ZERO, default=None)


def _begun(source: Document) -> datetime:
    return _moment(source, "createdTime", "modifiedTime") or ZERO


def _end(asked: datetime | None) -> datetime | None:
    return moved(asked, REQUEST_LASTS)


def moved(moment: datetime | None, by: timedelta) -> datetime | None:
    """None also where the result is beyond the calendar."""
    try:
        return None if moment is None else moment + by
    except OverflowError:
        return None


def _moment(document: Mapping[str, Any], *names: str) -> datetime | None:
    """The first of the fields that holds a time; the zero time stands for none."""
    times = (safe_reading.moment(document.get(name)) for name in names)
    return next((time for time in times if time is not None and time != ZERO), None)
