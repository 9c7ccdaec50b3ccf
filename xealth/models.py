"""The collections of Xealth (kernel.stored_models says what models are for)."""

from typing import Any

from django.db import models

from kernel.stored_models import PassThroughField, StoredDocument


class EmbeddedOrder(StoredDocument):
    """An order of the stand-in that takes Xealth's place on a developer's machine: it was never sent to anyone."""

    deployment = models.TextField(help_text="the deployment that it is for")
    order_id = models.TextField(db_column="orderId", help_text="its id at the stand-in")
    order: Any = PassThroughField(shape=dict, help_text="as it is read back")
    asked_for: Any = PassThroughField(
        null=True,
        db_column="askedFor",
        shape=dict,
        help_text="what this service has sent, if it placed the order",
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="placed")

    class Meta(StoredDocument.Meta):
        db_table = "embeddedXealthOrders"

    def __str__(self) -> str:
        return self.order_id
