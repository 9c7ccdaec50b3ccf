"""What the staff's first page shows of orders of Xealth by day."""

from ehr import daily
from xealth import kinds

daily.declare(
    "xealthOrders",
    "Orders from Xealth",
    kind=kinds.ORDER,
    page="ehr_xealth_orders",
    done="carried out",
    ignored="ignored",
)
