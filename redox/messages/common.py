"""Parts that every outgoing message has (rules EHR-81 to EHR-83)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.clock import format_seconds
from redox.messages.orders import Order, member

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sender:
    """Our own identity at Redox."""

    source_id: str
    source_name: str
    test: bool | None = None


def meta(
    data_model: str, *, sender: Sender, destination: str, moment: datetime, event: str = "New"
) -> Message:
    return {
        "DataModel": data_model,
        "EventType": event,
        "EventDateTime": format_seconds(moment),
        "Test": sender.test,
        "FacilityCode": None,
        "Source": {"ID": sender.source_id, "Name": sender.source_name},
        "Destinations": [{"ID": destination, "Name": None}],
    }


def patient(order: Order) -> Message:
    """The patient, exactly as in the order: the health record recognizes the patient by it."""
    result: Message = {"Identifiers": member(order, "Patient", "Identifiers") or []}
    demographics = member(order, "Patient", "Demographics")
    if demographics is not None:
        result["Demographics"] = demographics
    return result


def visit(order: Order) -> Message | None:
    """The parts of the order's visit that are passed on; None when it had none."""
    order_visit = member(order, "Visit")
    if order_visit is None:
        return None
    names = ("VisitNumber", "AccountNumber", "Location")
    return {name: order_visit[name] for name in names if order_visit.get(name) is not None}
