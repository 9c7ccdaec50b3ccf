"""Which Xealth is in use: the real one, or on a developer's machine a stand-in in our own database (rule EHR-126)."""

import uuid

from kernel import clock, ids
from kernel.errors import RetryLater
from xealth import configuration
from xealth.choices import Failure
from xealth.clients.xealth import HttpXealth, Json, Xealth
from xealth.store import embedded_orders as store


class EmbeddedXealth:
    """Sends nothing: it keeps the orders that it is asked for, and gives back those that were placed here."""

    is_embedded = True

    def write_order(self, deployment: str, order: Json) -> int:
        _keep(deployment, _order_info(deployment, order), asked_for=order)
        return 200

    def read_order(self, deployment: str, order_id: str) -> Json:
        order = store.find_order(deployment, order_id)
        if order is None:
            raise RetryLater(Failure.NO_ORDER)
        return order


def place_order(deployment: str, order: Json) -> str:
    """As a clinician does in a health record. Returns the id under which the stand-in gives it back."""
    return _keep(deployment, order, asked_for=None)


def _order_info(deployment: str, order: Json) -> Json:
    """What is known of an order that this service has asked for."""
    info = {"orderSource": "partnerapi", "deployment": deployment}
    info |= {name: order[name] for name in ("partnerId", "programId") if name in order}
    return {"orderInfo": info, "patientIdentity": {"ids": [order.get("patientId")]}}


def _keep(deployment: str, order: Json, *, asked_for: Json | None) -> str:
    order_id = str(uuid.uuid4())
    kept = {
        "_id": ids.new_id(),
        "deployment": deployment,
        "orderId": order_id,
        "order": {**order, "orderInfo": {**order["orderInfo"], "orderId": order_id}},
        "createdTime": clock.now(),
    }
    store.insert_order(kept if asked_for is None else {**kept, "askedFor": asked_for})
    return order_id


def xealth() -> Xealth:
    return EmbeddedXealth() if configuration.is_embedded() else HttpXealth()
