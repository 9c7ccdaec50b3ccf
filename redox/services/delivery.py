"""Sending: Results, Flowsheet and Note of one processing record (rules EHR-71 to EHR-80)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bson import Binary, ObjectId

from ehr import summaries
from ehr.clients.reports import ReportRequest, draw_report
from ehr.reading import Unreadable
from ehr.services import processing
from ehr.summaries import PERIOD_LENGTH
from kernel import clock, noting
from kernel.db import Document
from redox import configuration
from redox.clients.redox import redox
from redox.kinds import SCHEDULED
from redox.messages import flowsheet, notes, results
from redox.messages.common import Message, Sender
from redox.messages.orders import Order
from redox.services.connections import FLOWSHEET, NOTES, RESULTS, Connection
from redox.services.sends import send_once
from redox.store import deliveries as store

SUMMARY = "summary"
REPLACE_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Findings:
    """What can be reported about a patient: observations, and the end of the report's period."""

    observed: list[Message]
    end: datetime


@dataclass(frozen=True, slots=True)
class Ready:
    """Messages that are complete and only have to be sent; None for one that was sent before."""

    flowsheet: Message
    note: Message | None
    report: bytes | None


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
    destination = connection.destination(RESULTS)

    def send_results() -> Document:
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

    send_once(record, RESULTS, send_results)


def read_findings(record: Document, connection: Connection, patient: Document) -> Findings | None:
    """None when the patient has no data to send.

    Parts of the summary that cannot be read are left out and noted for staff. Raises Unreadable when nothing is left.
    """
    blocks = summaries.read(patient.get("summary"))
    observed = flowsheet.observations(blocks, units=connection.units, icode=connection.uses_icode)
    broken = [
        (f"{kind} {name}", what)
        for kind, stats in blocks.items()
        for name, what in stats.broken.items()
    ]
    if broken and not observed:
        raise Unreadable(SUMMARY, *broken[0])
    if broken:
        processing.note(record, leftOut=[place for place, _ in broken])
    if not observed:
        return None
    return Findings(observed, max(stats.end for stats in blocks.values()))


def make_ready(
    record: Document, connection: Connection, order: Order, patient: Document, findings: Findings
) -> Ready:
    """The complete messages about a patient. Everything that can fail fails here, so that nothing is sent by halves and
    no success is reported that does not follow."""
    flowsheet_message = flowsheet.build(
        order,
        observed=findings.observed,
        sender=sender(),
        destination=connection.destination(FLOWSHEET),
        moment=clock.now(),
    )
    destination = connection.destination(NOTES)
    if NOTES in record["sends"]:
        return Ready(flowsheet_message, None, None)
    report = _report(record, connection, patient, findings)
    note = _note(record, connection, order, findings, destination=destination, report=report)
    return Ready(flowsheet_message, note, report)


def send(record: Document, ready: Ready) -> None:
    """Flowsheet, then Note, each once."""
    note = ready.note
    send_once(record, FLOWSHEET, lambda: _send(ready.flowsheet))
    if note is not None:
        send_once(record, NOTES, lambda: _send(note, ready.report))


def _note(
    record: Document,
    connection: Connection,
    order: Order,
    findings: Findings,
    *,
    destination: str,
    report: bytes,
) -> Message:
    replaced = _replaced_note(record, connection)
    uri = record.get("uploadUri")
    return notes.build(
        order,
        document_id=str(record["documentId"]),
        replaces=str(replaced) if replaced else None,
        file=notes.File(uri=uri) if uri else notes.File(content=report),
        components=notes.gmi_components(findings.observed) if connection.wants_gmi else None,
        sender=sender(),
        destination=destination,
        moment=clock.now(),
    )


def _report(
    record: Document, connection: Connection, patient: Document, findings: Findings
) -> bytes:
    """The PDF, which is uploaded where the deployment is configured to do so."""
    start = findings.end - PERIOD_LENGTH
    report = draw_report(ReportRequest(connection.clinic, patient, start=start, end=findings.end))
    if configuration.flag("upload_file") and "uploadUri" not in record:
        uri = redox().upload(report)
        noting.insist(lambda: processing.note(record, uploadUri=uri))
    return report


def last_upload(patient: Document) -> datetime:
    """ZERO when nothing was uploaded. Raises Unreadable when the summary does not tell."""
    moments, broken = [], []
    for kind in summaries.FIELDS:
        moment, problems = summaries.read_date(patient.get("summary"), kind, "lastUploadDate")
        moments.append(moment)
        broken += [(f"{kind} {name}", what) for name, what in problems.items()]
    if broken and max(moments) == clock.ZERO:
        raise Unreadable(SUMMARY, *broken[0])
    return max(moments)


def _replaced_note(record: Document, connection: Connection) -> ObjectId | None:
    """The delivered note that this one replaces: of the same order, at most five minutes older.

    The window is measured between the two scheduled documents, so that a delay or a retry does not turn a Replace into
    a New. Only a note that was really delivered can be replaced.
    """
    if not connection.replaces_notes or record["kind"] != SCHEDULED:
        return None
    last = store.find_last_delivered(record["orderId"], record["documentTime"])
    if last is None or last["documentTime"] <= record["documentTime"] - REPLACE_WINDOW:
        return None
    return ObjectId(last["documentId"])


def _send(message: Message, report: bytes | None = None) -> Document:
    """Send a message to Redox. Returns the delivery to keep for staff, with the report only where nothing was sent."""
    client = redox()
    client.send(message)
    kept: Message = message
    if "Note" in message:
        kept = {**message, "Note": {**message["Note"], "FileContents": None}}
    delivery: Document = {
        "dataModel": message["Meta"]["DataModel"],
        "eventType": message["Meta"]["EventType"],
        "destination": message["Meta"]["Destinations"][0]["ID"],
        "embedded": client.is_embedded,
        "payload": kept,
    }
    if client.is_embedded and report is not None:
        delivery["report"] = Binary(report)
    return delivery
