"""The box "Why does no data arrive?" on the page of a patient: the findings in words, and what to do next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kernel import clock, safe_reading
from kernel.db import Document
from patients import arrivals, connection_issues, statistics
from patients.arrivals import Arrival
from patients.choices import DataProvider, Finding, IssueCause, IssueSource, SourceState
from patients.custody import is_custodial


@dataclass(frozen=True, slots=True)
class Mail:
    """What became of a mail, in words; `kind` is the colour of the badge."""

    state: str
    kind: str
    changed: datetime


# The newest mail to this address that asks for the account of each of these providers.
FindMails = Callable[[str, Sequence[str]], dict[str, Mail]]
_FIND_MAILS: list[FindMails] = []
_PROVIDERS = dict(DataProvider.choices)


def add_mails(find: FindMails) -> None:
    """For the app that sends them, which this one cannot import."""
    _FIND_MAILS.append(find)


@dataclass(frozen=True, slots=True)
class Words:
    state: str
    kind: str
    meaning: str
    next_step: str


_WORDS = {
    Finding.ERROR: Words(
        "failed", "bad",
        "The provider no longer accepts the login, so it delivers nothing.",
        "Send a connection request: the person has to log in at the provider again.",
    ),
    Finding.DISCONNECTED: Words(
        "disconnected", "bad",
        "The person or the provider has ended the connection.",
        "Ask the person whether this was meant. If not, send a connection request.",
    ),
    Finding.STALE_DATA: Words(
        "no new data", "warn",
        "The provider has delivered nothing for more than 48 hours.",
        "Ask whether the device is worn and whether the provider's own app shows today's values. "
        "If it does, send a connection request.",
    ),
    Finding.EXPIRED_INVITE: Words(
        "request expired", "bad",
        "The person was asked and did not answer; the link in the mail no longer works.",
        "Check the e-mail address with the person, then send the request again.",
    ),
    Finding.STALE_INVITE: Words(
        "not answered", "warn",
        "The person was asked more than 48 hours ago and has not connected the account yet.",
        "Ask whether the mail has arrived. If not, check the address and send the request again.",
    ),
    Finding.INVITED: Words(
        "asked", "wait",
        "The person was asked and has not connected the account yet.",
        "Wait two days for an answer.",
    ),
    Finding.NO_DATA_YET: Words(
        "connected, no data", "warn",
        "The connection works, but the provider has not delivered anything.",
        "Ask whether the provider's own app shows values. If it does, tell the operators.",
    ),
    Finding.ARRIVES: Words(
        "data arrives", "good", "The last data are less than 48 hours old.", "Nothing to do."
    ),
    Finding.NEVER_ASKED: Words(
        "never asked", "plain",
        "No account of a provider was ever connected or asked for. Data come only when someone uploads a device.",
        "Choose the provider below and send a connection request.",
    ),
    Finding.UNCLEAR: Words(
        "unclear", "warn",
        "The record does not say what became of the connection.",
        "Send a connection request. If the state stays, tell the operators.",
    ),
}  # fmt: skip
_INVITATION = (
    "Check the e-mail address with the person, then send a connection request for the provider "
    "below, or let the clinic send the general invitation."
)
_AGAIN = "The account was connected before. The person was asked to connect it again and has not done so yet."
_UNKNOWN = " But no request can be sent for this provider: the person has to connect it there."
_NO_ADDRESS = (
    "The record has no e-mail address, so no one can be asked. Find out the address, enter it with Correct (or have "
    "the clinic enter it), then send a connection request."
)


def context(document: Document, last_data: datetime | None) -> dict[str, Any]:
    """`document` is readable (`readable_patients`)."""
    found = arrivals.arrivals_of(document, clock.now())
    address = document.get("email") or ""
    mails = _mails(address, [arrival.provider for arrival in found if arrival.request])
    has_address = bool(address) or not is_custodial(document)
    dates = _dates(document)
    return {
        "issue": _issue(document),
        "arrivals": [
            _row(arrival, mails.get(arrival.provider), has_address=has_address) for arrival in found
        ],
        "last_data": last_data,
        "last_upload": _latest(dates, "lastUploadDate"),
        "last_summary": _latest(dates, "lastUpdatedDate"),
        "has_summary": bool(dates),
        "others": _others([arrival.provider for arrival in found]) if has_address else [],
    }


def _issue(document: Document) -> dict[str, Any] | None:
    """What clinics see of it; None where nothing is tracked."""
    tracked = safe_reading.text(document.get(connection_issues.SOURCE))
    if tracked not in IssueSource.values:
        return None
    cause = connection_issues.stored_cause(document)
    return {
        "about": IssueSource(tracked).label,
        "words": IssueCause(cause).label if cause else "",
        "is_hidden": connection_issues.is_hidden(document),
    }


def _others(providers: Sequence[str]) -> list[dict[str, str]]:
    """The providers that the record does not name, and that can be asked for all the same."""
    return [
        {"provider": provider, "name": name}
        for provider, name in _PROVIDERS.items()
        if provider not in providers
    ]


def _mails(address: str, providers: Sequence[str]) -> dict[str, Mail]:
    if not address or not providers:
        return {}
    return {name: mail for find in _FIND_MAILS for name, mail in find(address, providers).items()}


def _row(arrival: Arrival, mail: Mail | None, *, has_address: bool) -> dict[str, Any]:
    provider, request = arrival.provider, arrival.request
    asked = request.asked if request else None
    return {
        "provider": provider,
        "name": _PROVIDERS.get(provider, provider) or "Any provider",
        "words": _words(arrival),
        "next_step": _next_step(arrival, has_address=has_address),
        "since": arrival.since,
        "stored_state": safe_reading.text(arrival.source.get("state")) or "",
        "latest_data": safe_reading.moment(arrival.source.get("latestDataTime")),
        "request": request,
        "has_expired": bool(request and request.expires and request.expires < clock.now()),
        "mail": mail if mail and asked and mail.changed >= asked else None,
        "can_ask": provider in _PROVIDERS
        and has_address
        and arrival.finding is not Finding.ARRIVES,
    }


def _words(arrival: Arrival) -> Words:
    """A source that had failed says "asked" once a request was sent: it tells that the account was connected before."""
    words = _WORDS[arrival.finding]
    is_again = arrival.source.get("state") == SourceState.PENDING_RECONNECT
    return (
        replace(words, meaning=_AGAIN) if is_again and arrival.finding is Finding.INVITED else words
    )


def _next_step(arrival: Arrival, *, has_address: bool) -> str:
    words = _WORDS[arrival.finding]
    if arrival.finding is Finding.NEVER_ASKED:
        return words.next_step if has_address else _NO_ADDRESS
    if arrival.finding is Finding.ARRIVES:
        return words.next_step
    if not arrival.provider:
        if arrival.finding is Finding.INVITED:
            return words.next_step
        return _INVITATION if has_address else _NO_ADDRESS
    if arrival.provider not in _PROVIDERS:
        return words.next_step + _UNKNOWN
    if not has_address:
        return _NO_ADDRESS
    return words.next_step


def _dates(document: Document) -> list[Document]:
    summary = document.get("summary") or {}
    parts = [summary.get(f"{kind}Stats") or {} for kind in statistics.KINDS]
    return [part.get("dates") or {} for part in parts if part]


def _latest(dates: Sequence[Document], name: str) -> datetime | None:
    moments = (safe_reading.moment(of_kind.get(name)) for of_kind in dates)
    return max((moment for moment in moments if moment), default=None)
