"""Whether the data of a patient have stopped to arrive: one issue for each record, by one rule.

Each record tracks one source, the way to data that was begun last: a provider, or the general invitation. Its issue is
what `patients.arrivals` finds out about this source, if that is a fault. Pure: these functions read one record, or what
becomes of it.

The issue is stored in the record (`connectionIssue`), so that lists filter by it. As time goes on it can change without
a write: `due_of` says when, and a sweep corrects it then (`services.connection_sweeps`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel import safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from patients.arrivals import moved, tracked_arrival
from patients.choices import DataProvider, IssueCause, IssueSource, SourceState
from patients.custody import is_custodial

SOURCE, ISSUE, SENT = "connectionIssueSource", "connectionIssue", "lastInvitationSent"
# What the rule reads of a record, and what it writes.
FIELDS = (
    *(SOURCE, ISSUE, SENT, "createdTime", "permissions", "dataSources"),
    *("providerConnectionRequests", "lastRequestedDexcomConnectTime"),
)
PROJECTION = dict.fromkeys(FIELDS, 1)
_CAUSES = frozenset(IssueCause.values)
_PROVIDERS = (DataProvider.TWIIST.value, DataProvider.DEXCOM.value, DataProvider.ABBOTT.value)
_INSTANT = timedelta(milliseconds=1)  # times are compared as MongoDB keeps them
HIDDEN = "Hidden"
# As rows hold them: a number is compared alike in every language, so an order by names can use the index, too.
_CODES = {
    IssueCause.ERROR.value: 1,
    IssueCause.DISCONNECTED.value: 2,
    IssueCause.STALE_DATA.value: 3,
    IssueCause.STALE_INVITE.value: 4,
    IssueCause.EXPIRED_INVITE.value: 5,
}

ALL_CODES = (*_CODES.values(), *(-code for code in _CODES.values()))


# --- the rule -------------------------------------------------------------------------------------
def cause_of(record: Mapping[str, Any], now: datetime) -> str | None:
    """The cause of the issue that the record has at this moment; None without one."""
    arrival = tracked_arrival(record, now)
    return arrival.finding.value if arrival and arrival.finding in _CAUSES else None


def stored_cause(record: Mapping[str, Any]) -> str | None:
    """As the record says; None for what is no cause."""
    cause = safe_reading.text(safe_reading.mapping(record.get(ISSUE)).get("cause"))
    return cause if cause in _CAUSES else None


def is_hidden(record: Mapping[str, Any]) -> bool:
    return safe_reading.mapping(record.get(ISSUE)).get("hidden") is True


def due_of(record: Mapping[str, Any]) -> datetime | None:
    """After which moment the stored issue is wrong, if nothing is written until then; None if it stays right for good.

    Each cause holds in one stretch of time. A stored one that is not right yet, because another service has written the
    record, cannot be told from one that is: the follower looks at each record that was written.
    """
    if not record.get(SOURCE) and not record.get(ISSUE):
        return None
    stored, was_right = stored_cause(record), False
    for begin, cause in _stretches(record):
        if cause == stored:
            was_right = True
        elif was_right:
            return begin
    return None if was_right else ZERO


def _stretches(record: Mapping[str, Any]) -> Iterator[tuple[datetime, str | None]]:
    """Behind which moment which cause holds, in the order of time."""
    yield ZERO, cause_of(record, ZERO)
    arrival = tracked_arrival(record, ZERO)
    for turn in sorted(arrival.turns) if arrival else ():
        behind = moved(turn, _INSTANT)
        if behind is not None:
            yield turn, cause_of(record, behind)


# --- in rows of lists and in counts ---------------------------------------------------------------
def code_of(record: Mapping[str, Any]) -> int | None:
    """The stored issue as a number, a negative one if it is hidden."""
    cause = stored_cause(record)
    return _code(cause, hidden=is_hidden(record)) if cause else None


def _code(cause: str, *, hidden: bool) -> int:
    return -_CODES[cause] if hidden else _CODES[cause]


def codes(causes: Sequence[str] | None, *, only_hidden: bool) -> list[int] | None:
    """What a filter by these causes looks for; None if it is no filter."""
    if causes is None and not only_hidden:
        return None
    wanted = _CODES if causes is None else causes
    return [_code(cause, hidden=only_hidden) for cause in dict.fromkeys(wanted)]


def count_name(code: int) -> str:
    """By which counts know patients with this code."""
    cause = next(cause for cause, number in _CODES.items() if number == abs(code))
    return cause + HIDDEN if code < 0 else cause


# --- what a change of a record entails --------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written together with the change of a record: fields, and those that are taken away."""

    fields: Document
    removed: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        return not self.fields and not self.removed


def change_for(
    record: Document, changed: Document, now: datetime, *, tracked: str | None = None
) -> Change:
    """`changed`: what else is written, as far as the rule reads it; `tracked`: the source from now on. Another source
    ends the issue and its hiding; the issue by the rule is there at once. The same cause stays hidden."""
    after, fields = {**record, **changed}, dict[str, Any]()
    before = stored_cause(record)
    if tracked and tracked != record.get(SOURCE):
        fields[SOURCE] = after[SOURCE] = tracked
        before = None
    cause = cause_of(after, now)
    if cause is None:
        return Change(fields, (ISSUE,) if ISSUE in record else ())
    if cause != before:
        fields[ISSUE] = {"cause": cause}
    return Change(fields)


def changed(record: Document, written: Document, change: Change) -> Document:
    """The record after both."""
    kept = {name: value for name, value in record.items() if name not in change.removed}
    return {**kept, **written, **change.fields}


def of_new_record(record: Document) -> Document:
    """What a record has from its beginning: a person whose account the clinic looks after is invited by mail."""
    fields: Document = {}
    if is_custodial(record) and safe_reading.text(record.get("email")):
        fields = {SOURCE: IssueSource.GENERAL.value, SENT: record["createdTime"]}
    entered = entering({}, record.get("dataSources"))
    if entered:
        fields[SOURCE] = entered
    cause = cause_of({**record, **fields}, record["createdTime"])
    return {**fields, ISSUE: {"cause": cause}} if cause else fields


def after_invitation(record: Document) -> str | None:
    """What is tracked once the general invitation was sent again: it displaces no provider."""
    is_other = record.get(SOURCE) not in (None, IssueSource.GENERAL)
    return None if is_other else IssueSource.GENERAL.value


def entering(record: Document, sources: Any) -> str | None:
    """The provider of the source that becomes connected when these replace those of the record; of several, of the one
    that was made last."""
    stored = safe_reading.objects(record.get("dataSources"))
    found = [
        source
        for source in safe_reading.objects(sources)
        if source.get("providerName") in _PROVIDERS and _enters(source, stored)
    ]
    if not found:
        return None
    newest = max(_made(source) for source in found)
    names: list[str] = [source["providerName"] for source in found if _made(source) == newest]
    return min(names, key=_PROVIDERS.index)


def _made(source: Document) -> datetime:
    return safe_reading.moment(source.get("createdTime")) or ZERO


def _enters(source: Document, stored: Sequence[Document]) -> bool:
    if source.get("state") != SourceState.CONNECTED:
        return False
    known = max((s for s in stored if _is_of(s, source)), key=_made, default=None)
    if known is None or known.get("state") != SourceState.CONNECTED:
        return True
    before, now = (safe_reading.moment(s.get("connectedTime")) for s in (known, source))
    return before is not None and now is not None and now > before


def _is_of(stored: Document, source: Document) -> bool:
    return stored.get("providerName") == source.get("providerName")
