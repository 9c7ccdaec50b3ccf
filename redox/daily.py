"""What the staff's first page shows of syncs and of orders of Redox by day."""

from ehr import daily
from redox import kinds

daily.declare(
    "syncs",
    "Syncs",
    kind=kinds.SCHEDULED,
    page="ehr_runs",
    done="sent",
    ignored="not needed any more",
)
daily.declare(
    "redoxOrders",
    "Orders from Redox",
    kind=kinds.MESSAGE,
    page="ehr_messages",
    done="carried out",
    ignored="ignored",
)
