"""Notes: the PDF report as a clinical note, New or Replace (rules EHR-86 to EHR-90)."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clinics.choices import NoteEvent
from kernel.clock import format_seconds
from redox.messages.common import Message, Sender, meta, patient, visit
from redox.messages.flowsheet import GMI
from redox.messages.orders import Order, member

OWN_PROVIDER = "Tidepool"


@dataclass(frozen=True, slots=True)
class File:
    """The report: its content, or the address of the uploaded one."""

    content: bytes | None = None
    uri: str | None = None


def build(
    order: Order,
    *,
    document_id: str,
    replaces: str | None,
    file: File,
    components: Sequence[Message] | None,
    sender: Sender,
    destination: str,
    moment: datetime,
) -> Message:
    """`replaces`: the document id of a delivered note that this one replaces.

    `components`: observations that also go into the note; None when the clinic does not want them.
    """
    event = NoteEvent.REPLACE if replaces else NoteEvent.NEW
    note: Message = {
        "DocumentID": document_id,
        "DocumentType": "Tidepool Report",
        "Availability": "Available",
        "DocumentationDateTime": format_seconds(moment),
        **_file(file),
        "Provider": _provider(order),
    }
    if replaces:
        note["OriginalDocumentID"] = replaces
    if components is not None:
        note["Components"] = list(components)
    message: Message = {
        "Meta": meta("Notes", sender=sender, destination=destination, moment=moment, event=event),
        "Patient": patient(order),
        "Note": note,
        "Orders": [{"ID": order.order_id, "Name": None}],
    }
    visit_part = _visit(order)
    if visit_part is not None:
        message["Visit"] = visit_part
    return message


def gmi_components(observations: Sequence[Message]) -> list[Message]:
    return [
        {
            "ID": GMI,
            "Name": observation["Description"],
            "Value": observation["Value"],
            "Comments": f"DateTime Observed: {observation['DateTime']}",
        }
        for observation in observations
        if observation["Code"] == GMI
    ]


def _file(file: File) -> Message:
    name_and_type = {"FileName": "report.pdf", "FileType": "PDF"}
    if file.uri is not None:
        return {"ContentType": "Plain Text", **name_and_type, "FileContents": file.uri}
    content = base64.b64encode(file.content or b"").decode()
    return {"ContentType": "Base64 Encoded", **name_and_type, "FileContents": content}


def _provider(order: Order) -> Message:
    provider = order.provider
    return {
        "ID": provider.id or OWN_PROVIDER,
        "IDType": provider.id_type or None,
        "FirstName": provider.first_name or None,
        "LastName": provider.last_name or None,
    }


def _visit(order: Order) -> Message | None:
    """Receiving systems expect the order's procedure among the visit's staff."""
    procedure = member(order, "Order", "Procedure")
    visit_part = visit(order)
    if procedure is None:
        return visit_part
    role = {name: procedure.get(name) for name in ("Code", "Codeset", "Description")}
    return {**(visit_part or {}), "AdditionalStaff": [{"Role": role}]}
