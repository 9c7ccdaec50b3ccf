"""Connections of a patient's device accounts (rules PATIENT-66 to PATIENT-72, MAIL-55)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from django.conf import settings

from kernel import clock, db, mail_limits, outbox, safe_reading
from kernel.db import Document
from kernel.errors import NotFound
from patients.choices import SourceState
from patients.documents import PatientDocument
from patients.events import ConnectRequested, DataSourceFailed
from patients.services import derived, patient_counts
from patients.services.patients import NOT_FOUND, mail_address, parsed_clinic
from patients.store import patients as store

REQUEST_LASTS = timedelta(days=30)
_COUNTED_FIELDS = {"clinicId": 1, "userId": 1, "dataSources": 1, "tags": 1, "sites": 1}


def request_connection(
    *,
    clinic_id: str,
    user_id: str,
    provider: str,
    requested_by: str | None = None,
    adds_source: bool = False,
) -> None:
    """Ask the patient to connect an account that the record already names as a data source; with `adds_source` also
    one that it does not name yet. `requested_by`: None for services and staff.

    Raises NotFound. If the source was connected before, the patient is asked to reconnect it, whatever its state is.
    """
    clinic = parsed_clinic(clinic_id)
    address = mail_address(
        store.find_patient(clinic, user_id, {"email": 1, "userId": 1}) or {"userId": user_id}
    )
    with mail_limits.counted(address, requested_by):
        db.run_in_transaction(
            lambda: add_request(clinic, user_id, provider, adds_source=adds_source)
        )
    if user_id != settings.DEMO_PATIENT_USER_ID:
        patient_counts.note_change(clinic)


def add_request(
    clinic_id: ObjectId, user_id: str, provider: str, *, adds_source: bool = False
) -> None:
    """In a transaction, which the mail follows. Raises NotFound."""
    fields = {**_COUNTED_FIELDS, "providerConnectionRequests": 1}
    document = store.find_patient(clinic_id, user_id, fields)
    if document is None:
        raise NotFound(message=f"error finding patient: {NOT_FOUND}")
    derived.settle([document])
    stored = document.get("dataSources")
    sources = list(stored) if isinstance(stored, list) else []  # what cannot be read stays as it is
    if adds_source and not _positions(sources, provider):
        sources.append({"providerName": provider, "state": SourceState.PENDING.value})
    positions = _positions(sources, provider)
    if not positions:
        raise NotFound(message=NOT_FOUND)
    moment = clock.now()
    # If a provider has several sources, the last one decides whether there was a connection, and the first is changed.
    changes = _pending(moment, was_connected=bool(sources[positions[-1]].get("modifiedTime")))
    sources[positions[0]] = {**sources[positions[0]], **changes}
    store.add_connection_request(document, provider, sources, moment)
    patient_counts.count_change(
        clinic_id=clinic_id, before=document, after={**document, "dataSources": sources}
    )
    outbox.emit(ConnectRequested(clinic_id=str(clinic_id), user_id=user_id, provider=provider))


def _positions(sources: Sequence[Any], provider: str) -> list[int]:
    return [
        position
        for position, source in enumerate(sources)
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
        records = store.list_of_user(user_id, _COUNTED_FIELDS)
        derived.settle(records)
        store.set_data_sources(user_id, data_sources, clock.now())
        for record in records:
            after = {**record, "dataSources": list(data_sources)}
            patient_counts.count_change(clinic_id=record["clinicId"], before=record, after=after)
        _report_failures(user_id, records, data_sources)
        return records

    records = db.run_in_transaction(update)
    if not records:
        raise NotFound(message=NOT_FOUND)
    if user_id != settings.DEMO_PATIENT_USER_ID:
        for record in records:
            patient_counts.note_change(record["clinicId"])


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
        records = store.list_of_user(user_id, _COUNTED_FIELDS)
        derived.settle(records)
        for record in records:
            requested = [
                source
                for source in safe_reading.objects(record.get("dataSources"))
                if _is_unanswered(source, providers)
            ]
            sources = [*delivered, *requested]
            fields = {"dataSources": sources, "updatedTime": clock.now()}
            store.set_fields(record["_id"], fields)
            patient_counts.count_change(
                clinic_id=record["clinicId"],
                before=record,
                after={**record, "dataSources": sources},
            )

    db.run_in_transaction(merge)


def _is_unanswered(source: Document, providers: set[str]) -> bool:
    is_open = str(source.get("state")).startswith(SourceState.PENDING)  # or pendingReconnect
    return source.get("providerName") not in providers and is_open
