"""The handler of Xealth's orders, which runs on the workers of the health record."""

from ehr.services import processing
from xealth.events import OrderNotified
from xealth.kinds import ORDER
from xealth.services import orders


@processing.subscribe(ORDER, OrderNotified, "xealth.process_order", is_order=True)
def process_order(event: OrderNotified) -> None:
    processing.run(ORDER, event.document_id, orders.process_order)
