"""What an order would do, for staff who set up a clinic's connection: it is read and matched as in `orders`, and
changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bson import ObjectId

from clinics.choices import Procedure
from ehr.reading import Unreadable
from kernel.db import Document
from kernel.errors import BadRequest, DomainError
from redox.messages.orders import Order, read_order
from redox.services import matching, orders
from redox.services.connections import Connection, read_connection
from redox.store import messages


@dataclass(frozen=True, slots=True)
class Trial:
    """As far as the order would get; `problem` is what would end it."""

    problem: str = ""
    clinic: Document | None = None
    code: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)  # of the settings
    procedure: str = ""  # the setting with this code
    missing: Sequence[str] = ()  # destinations that the answers need
    mrn_type: str = ""
    has_mrn: bool = False
    patients: Sequence[Document] = ()


def sample_of(clinic: Document) -> Document:
    """An order that the clinic's connection would carry out, about an invented person. Raises Unreadable."""
    connection = read_connection(clinic)
    codes = (code for code in connection.procedures.values() if code)
    return {
        "Meta": {
            "DataModel": matching.DATA_MODEL,
            "EventType": matching.EVENT_TYPE,
            "Source": {"ID": (clinic.get("ehrSettings") or {}).get("sourceId") or ""},
        },
        "Patient": {
            "Identifiers": [{"ID": "0000", "IDType": connection.mrn_type}],
            "Demographics": {"FirstName": "Sam", "LastName": "Sample", "DOB": "1980-01-02"},
        },
        "Order": {"ID": "TEST-1", "Procedure": {"Code": next(codes, "")}},
    }


def try_stored(document_id: ObjectId) -> Trial | None:
    """The same of a message that was received."""
    document = messages.find_message(document_id)
    message = document.get("message") if document else None
    if document is None or not isinstance(message, dict):
        return None
    return try_order({"Meta": document.get("meta"), **message})


def try_order(message: Document) -> Trial:
    if not matching.is_new_order({"meta": message.get("Meta")}):
        return Trial(problem="it is not a new order, and would be ignored")
    try:
        order = read_order(message)
        clinic = matching.find_clinic(order)
    except Unreadable as error:
        return Trial(problem=error.reason)
    except DomainError as error:
        return Trial(problem=error.message)
    try:
        return _in_clinic(order, read_connection(clinic))
    except Unreadable as error:
        return Trial(clinic=clinic, problem=error.reason)


def _in_clinic(order: Order, connection: Connection) -> Trial:
    procedure = connection.procedure(order.procedure_code)
    trial = Trial(
        clinic=connection.clinic,
        code=order.procedure_code,
        codes=connection.procedures,
        procedure=procedure or "",
        mrn_type=connection.mrn_type,
        has_mrn=bool(order.mrn(connection.mrn_type)),
    )
    if procedure is None:
        return replace(
            trial, problem="no procedure of the clinic has this code: it would be ignored"
        )
    _, kinds = orders.BRANCHES[procedure]
    missing = [kind for kind in kinds if not connection.destinations.get(kind)]
    criteria = orders.KNOWN_BY if procedure == Procedure.CREATE_ACCOUNT else orders.MATCHED_BY
    try:
        found = matching.find_patients(order, connection, criteria)
    except BadRequest as error:
        return replace(trial, missing=missing, problem=error.words)
    return replace(trial, missing=missing, patients=found)
