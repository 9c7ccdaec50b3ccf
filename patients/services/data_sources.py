"""Connections of a patient's device accounts (rules PATIENT-66 to PATIENT-72, MAIL-55)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from django.conf import settings

from kernel import clock, db, mail_limits, outbox, safe_reading
from kernel.db import Document
from kernel.errors import Conflict, NotFound
from patients import connection_issues, sources
from patients.arrivals import REQUEST_LASTS, connection_with
from patients.choices import SourceState
from patients.connection_issues import change_for
from patients.documents import PatientDocument
from patients.events import ConnectRequested, DataSourceFailed
from patients.services import derived, patient_counts
from patients.services.patients import NOT_FOUND, mail_address, parsed_clinic
from patients.store import patients as store

JUST_ASKED = "a request for this provider was sent less than a minute ago"


def request_connection(
    *,
    clinic_id: str,
    user_id: str,
    provider: str,
    requested_by: str | None = None,
    not_within: timedelta = timedelta(),
) -> None:
    """Ask the patient to connect an account. `requested_by`: None for services and staff. `not_within`: how long after
    the last request for the provider another one is refused.

    Raises NotFound, and Conflict for a request too soon. If the source was connected before, the patient is
    asked to reconnect it.
    """
    clinic = parsed_clinic(clinic_id)
    address = mail_address(
        store.find_patient(clinic, user_id, {"email": 1, "userId": 1}) or {"userId": user_id}
    )
    with mail_limits.counted(address, requested_by):
        db.run_in_transaction(lambda: add_request(clinic, user_id, provider, not_within=not_within))
    if user_id != settings.DEMO_PATIENT_USER_ID:
        patient_counts.note_change(clinic)


def add_request(
    clinic_id: ObjectId, user_id: str, provider: str, *, not_within: timedelta = timedelta()
) -> None:
    """In a transaction, which the mail follows. Raises NotFound, and Conflict within `not_within` of the last request.

    What is asked for is tracked from now on (rule PATIENT-152). Clients show a request by a source that waits, so a
    record that has no source of the provider gets one.
    """
    document = store.find_patient(clinic_id, user_id, store.ISSUE_AND_COUNTS)
    if document is None:
        raise NotFound(message=f"error finding patient: {NOT_FOUND}")
    moment = clock.now()
    _require_pause(document, provider, moment, not_within)
    derived.settle([document])
    request = {
        "providerName": provider,
        "createdTime": moment,
        "expirationTime": moment + REQUEST_LASTS,
    }
    changed: Document = {
        "dataSources": _asked(document.get("dataSources"), provider, moment),
        "providerConnectionRequests": store.with_request(document, request),
    }
    issue = change_for(document, changed, moment, tracked=provider)
    store.add_connection_request(document, request, changed["dataSources"], issue)
    after = connection_issues.changed(document, changed, issue)
    patient_counts.count_change(clinic_id=clinic_id, before=document, after=after)
    outbox.emit(ConnectRequested(clinic_id=str(clinic_id), user_id=user_id, provider=provider))


def _require_pause(
    document: Document, provider: str, moment: datetime, not_within: timedelta
) -> None:
    """If two come at the same moment, the transaction of the second is repeated and finds the request of the first."""
    last = connection_with(document, provider).request
    if last and last.asked and abs(moment - last.asked) < not_within:
        raise Conflict(message=JUST_ASKED)


def _asked(stored: Any, provider: str, moment: datetime) -> list[Any]:
    """The sources of a record whose patient is asked to connect this provider."""
    known = list(stored) if isinstance(stored, list) else []  # what cannot be read stays as it is
    positions = _positions(known, provider)
    if not positions:
        return [*known, {"providerName": provider, **_pending(moment, was_connected=False)}]
    if any(known[position].get("state") == SourceState.CONNECTED for position in positions):
        return known
    # If a provider has several sources, the last one decides whether there was a connection, and the first is changed.
    changes = _pending(moment, was_connected=bool(known[positions[-1]].get("modifiedTime")))
    known[positions[0]] = {**known[positions[0]], **changes}
    return known


def _positions(known: Sequence[Any], provider: str) -> list[int]:
    return [
        position
        for position, source in enumerate(known)
        if safe_reading.mapping(source).get("providerName") == provider
    ]


def _pending(moment: datetime, *, was_connected: bool) -> dict[str, Any]:
    until = moment + REQUEST_LASTS
    if not was_connected:
        return {"state": SourceState.PENDING.value, "expirationTime": until}
    state = SourceState.PENDING_RECONNECT.value
    return {"state": state, "expirationTime": until, "modifiedTime": moment}


def update_data_sources(*, user_id: str, data_sources: Sequence[Document]) -> None:
    """Replace the data sources in all records of the user. Raises NotFound when there are none."""

    def update() -> list[PatientDocument]:
        records = store.list_of_user(user_id, store.ISSUE_AND_COUNTS)
        derived.settle(records)
        for record in records:
            _replace(record, data_sources)
        _report_failures(user_id, records, data_sources)
        return records

    records = db.run_in_transaction(update)
    if not records:
        raise NotFound(message=NOT_FOUND)
    if user_id != settings.DEMO_PATIENT_USER_ID:
        for record in records:
            patient_counts.note_change(record["clinicId"])


def _replace(record: PatientDocument, data_sources: Sequence[Document]) -> None:
    """In the transaction that has read the record, with `ISSUE_AND_COUNTS`."""
    moment = clock.now()
    changed = {"dataSources": sources.in_place_of(record.get("dataSources"), data_sources)}
    issue = change_for(
        record, changed, moment, tracked=connection_issues.entering(record, data_sources)
    )
    fields = {**changed, **issue.fields, "updatedTime": moment}
    store.set_fields(record, fields, issue.removed, store.ISSUE_AND_COUNTS)
    after = connection_issues.changed(record, changed, issue)
    patient_counts.count_change(clinic_id=record["clinicId"], before=record, after=after)


def _report_failures(
    user_id: str, records: Sequence[PatientDocument], data_sources: Sequence[Document]
) -> None:
    """If a connection has failed since the last report, its owner is asked once to renew it."""
    broken = {
        source.get("providerName")
        for record in records
        for source in safe_reading.objects(record.get("dataSources"))
        if source.get("state") == SourceState.ERROR
    }
    for source in data_sources if records else ():
        if source.get("state") == SourceState.ERROR and source["providerName"] not in broken:
            outbox.emit(
                DataSourceFailed(
                    user_id=user_id,
                    provider=source["providerName"],
                    data_source_id=str(source.get("dataSourceId") or ""),
                )
            )


def merge_data_sources(*, user_id: str, delivered: Sequence[Document]) -> None:
    """Take over the sources that the data service knows, and keep each clinic's unanswered requests to other
    providers."""
    providers = {source["providerName"] for source in delivered}

    def merge() -> None:
        records = store.list_of_user(user_id, store.ISSUE_AND_COUNTS)
        derived.settle(records)
        for record in records:
            requested = [
                source
                for source in safe_reading.objects(record.get("dataSources"))
                if _is_unanswered(source, providers)
            ]
            _replace(record, [*delivered, *requested])

    db.run_in_transaction(merge)


def _is_unanswered(source: Document, providers: set[str]) -> bool:
    is_open = str(source.get("state")).startswith(SourceState.PENDING)  # or pendingReconnect
    return source.get("providerName") not in providers and is_open
