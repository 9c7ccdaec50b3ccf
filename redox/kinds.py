"""The two kinds of work of this app: messages of Redox, and sends that a sync has scheduled."""

from ehr import kinds
from ehr.kinds import Kind
from kernel import safe_reading
from kernel.db import Document
from redox.messages import bodies

MESSAGE, SCHEDULED = "message", "scheduled"
MOST_SHOWN = 100_000  # bytes of what could not be read


def _message(document: Document) -> Document:
    """As it was received; of an unreadable one, as much of its text as can be shown."""
    if "raw" in document:
        text = bodies.shown(bytes(document["raw"][:MOST_SHOWN]))
        return {"unreadable": text, "bytes": len(document["raw"])}
    return safe_reading.mapping(document.get("message"))


def _order(document: Document) -> Document:
    return _message(safe_reading.mapping(document.get("lastMatchedOrder")))


kinds.declare(Kind(MESSAGE, "message", "redox", payload=_message, hidden={"meta": 1}))
kinds.declare(
    Kind(
        SCHEDULED,
        "scheduled send",
        "scheduledSummaryAndReportsOrders",
        payload=_order,
        hidden={"lastMatchedOrder.message": 0},
    )
)
