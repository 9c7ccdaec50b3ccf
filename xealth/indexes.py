"""Indexes of Xealth's collections."""

from pymongo import ASCENDING, IndexModel

from kernel.indexes import declare

declare(
    "embeddedXealthOrders",
    IndexModel(
        [("deployment", ASCENDING), ("orderId", ASCENDING)],
        name="UniqueEmbeddedXealthOrder",
        unique=True,
    ),
)
