"""Results: the answer to an order (rules EHR-84 and EHR-85)."""

from datetime import datetime
from enum import Enum

from kernel.clock import format_seconds
from redox.messages.common import Message, Sender, meta, patient, visit
from redox.messages.orders import Order, member


class Kind(Enum):
    """What the answer is about: codes and descriptions of its two observations."""

    MATCHING = (
        ("MATCHING_RESULT", "Indicates whether the order was successfully matched"),
        ("MATCHING_RESULT_MESSAGE", "Message indicating the result of the matching process"),
    )
    ACCOUNT = (
        (
            "ACCOUNT_CREATION_RESULT",
            "Indicates whether the account was successfully created",
        ),
        (
            "ACCOUNT_CREATION_RESULT_MESSAGE",
            "Message indicating the result of the account creation",
        ),
    )


def build(
    order: Order,
    *,
    kind: Kind,
    success: bool,
    text: str,
    sender: Sender,
    destination: str,
    moment: datetime,
) -> Message:
    """`text` is what the clinician reads in the health record."""
    (code, description), (message_code, message_description) = kind.value
    value = "SUCCESS" if success else "FAILURE"
    message: Message = {
        "Meta": meta("Results", sender=sender, destination=destination, moment=moment),
        "Patient": patient(order),
        "Orders": [
            {
                "ID": order.order_id,
                "Status": "Resulted",
                "CompletionDateTime": format_seconds(moment),
                "ResultsStatus": "Final",
                "Procedure": member(order, "Order", "Procedure"),
                "Provider": member(order, "Order", "Provider"),
                "Results": [
                    _result(code, description, value, moment),
                    _result(message_code, message_description, text, moment),
                ],
            }
        ],
    }
    visit_part = visit(order)
    if visit_part is not None:
        message["Visit"] = visit_part
    return message


def _result(code: str, description: str, value: str, moment: datetime) -> Message:
    return {
        "Code": code,
        "Description": description,
        "Value": value,
        "ValueType": "String",
        "Status": "Final",
        "CompletionDateTime": format_seconds(moment),
    }
