"""The kind of work of this app: orders of which Xealth has notified."""

from ehr import kinds
from ehr.kinds import Kind
from kernel.db import Document

ORDER = "xealth_order"


def _order(document: Document) -> Document:
    """The notification, and the order once it was read back."""
    names = ("eventNotification", "orderData")
    return {name: document[name] for name in names if name in document}


kinds.declare(
    Kind(
        ORDER,
        "Xealth order",
        "xealth_order",
        payload=_order,
        hidden={"eventNotification.patientIdentity": 0, "orderData": 0},
    )
)
