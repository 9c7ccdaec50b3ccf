"""Sending: Results, Flowsheet and Note of one processing record (behaviour note ehr, 9.8-9.11, 10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bson import Binary, ObjectId

from clinics_site.core import clock
from clinics_site.core.db import Document
from clinics_site.core.errors import PermanentFailure
from redox import configuration
from redox.clients.redox import redox
from redox.clients.reports import Wanted, draw_report
from redox.messages import flowsheet, notes, results
from redox.messages.common import Message, Sender
from redox.messages.orders import Order
from redox.services import processing
from redox.store import processing as store

NO_DESTINATIONS = "no_destinations"
REPLACE_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Connection:
    """A clinic's way to its health record system."""

    clinic: Document
    settings: Document

    def destination(self, kind: str) -> str:
        """Raises PermanentFailure: without destinations nothing can ever be sent."""
        found = (self.settings.get("destinationIds") or {}).get(kind)
        if not found:
            raise PermanentFailure(NO_DESTINATIONS)
        return str(found)

    @property
    def units(self) -> str:
        return str(self.clinic.get("PreferredBgUnits") or "")

    @property
    def uses_icode(self) -> bool:
        return bool((self.settings.get("flowsheets") or {}).get("icode"))

    @property
    def wants_gmi(self) -> bool:
        return bool((self.settings.get("notes") or {}).get("includeGmi"))

    @property
    def replaces_notes(self) -> bool:
        reports = self.settings.get("scheduledReports") or {}
        return reports.get("onUploadNoteEventType") == "Replace"


def sender() -> Sender:
    return Sender(
        source_id=configuration.text("source_id"),
        source_name=configuration.text("source_name"),
        test=True if configuration.flag("test_mode") else None,
    )


def answer(
    record: Document,
    connection: Connection,
    order: Order,
    *,
    kind: results.Kind,
    success: bool,
    text: str,
) -> None:
    """The Results message of an order, once."""
    destination = connection.destination("results")

    def send() -> Document:
        message = results.build(
            order,
            kind=kind,
            success=success,
            text=text,
            sender=sender(),
            destination=destination,
            moment=clock.now(),
        )
        return _send(message)

    processing.send_once(record, "results", send)


def send_summary_and_report(
    record: Document, connection: Connection, order: Order, patient: Document
) -> bool:
    """Flowsheet, then Note with the PDF, which is made before anything is sent: no half delivery.

    False when the patient has no data to send.
    """
    observed = flowsheet.observations(
        patient.get("summary"), units=connection.units, icode=connection.uses_icode
    )
    if not observed:
        return False
    destinations = {kind: connection.destination(kind) for kind in ("flowsheet", "notes")}
    report = _report(record, connection, patient)

    def send_flowsheet() -> Document:
        message = flowsheet.build(
            order,
            observed=observed,
            sender=sender(),
            destination=destinations["flowsheet"],
            moment=clock.now(),
        )
        return _send(message)

    processing.send_once(record, "flowsheet", send_flowsheet)
    processing.send_once(
        record,
        "notes",
        lambda: _send_note(record, connection, order, destinations["notes"], observed, report),
    )
    return True


def _send_note(
    record: Document,
    connection: Connection,
    order: Order,
    destination: str,
    observed: list[Message],
    report: bytes | None,
) -> Document:
    replaced = _replaced_note(record, connection)
    uri = record.get("uploadUri")
    message = notes.build(
        order,
        document_id=str(record["documentId"]),
        replaces=str(replaced) if replaced else None,
        file=notes.File(uri=uri) if uri else notes.File(content=report),
        components=notes.gmi_components(observed) if connection.wants_gmi else None,
        sender=sender(),
        destination=destination,
        moment=clock.now(),
    )
    return _send(message, report)


def _report(record: Document, connection: Connection, patient: Document) -> bytes | None:
    """The PDF, or None when the note needs none any more. Uploaded where the deployment wants that."""
    if "notes" in record["sends"]:
        return None
    end = last_data(patient)
    report = draw_report(
        Wanted(connection.clinic, patient, start=end - flowsheet.PERIOD_LENGTH, end=end)
    )
    if configuration.flag("upload_file") and "uploadUri" not in record:
        processing.note(record, uploadUri=redox().upload(report))
    return report


def last_data(patient: Document) -> datetime:
    """The later `lastData` of CGM and BGM; there are observations, so there is one."""
    return max(_dates(patient, "lastData"))


def last_upload(patient: Document) -> datetime:
    return max(_dates(patient, "lastUploadDate"), default=clock.ZERO)


def _dates(patient: Document, name: str) -> list[datetime]:
    summary: dict[str, Any] = patient.get("summary") or {}
    stats = [summary.get(kind) or {} for kind in ("cgmStats", "bgmStats")]
    found = [(one.get("dates") or {}).get(name) for one in stats]
    return [moment for moment in found if moment is not None]


def _replaced_note(record: Document, connection: Connection) -> ObjectId | None:
    """The delivered note that this one replaces: of the same order, at most five minutes older.

    The window is measured between the two scheduled documents, so that a delay or a retry does not turn a
    Replace into a New; and only a note that was really delivered can be replaced.
    """
    if not connection.replaces_notes or record["kind"] != processing.SCHEDULED:
        return None
    last = store.find_last_delivered(record["orderId"], record["documentTime"])
    if last is None or last["documentTime"] <= record["documentTime"] - REPLACE_WINDOW:
        return None
    return ObjectId(last["documentId"])


def _send(message: Message, report: bytes | None = None) -> Document:
    """Hand a message to Redox; what comes back is kept for staff, the report only where nothing was sent."""
    peer = redox()
    peer.send(message)
    kept: Message = message
    if "Note" in message:
        kept = {**message, "Note": {**message["Note"], "FileContents": None}}
    delivery: Document = {
        "dataModel": message["Meta"]["DataModel"],
        "eventType": message["Meta"]["EventType"],
        "destination": message["Meta"]["Destinations"][0]["ID"],
        "embedded": peer.is_embedded,
        "payload": kept,
    }
    if peer.is_embedded and report is not None:
        delivery["report"] = Binary(report)
    return delivery
