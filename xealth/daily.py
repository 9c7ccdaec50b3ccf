"""What the staff's first page shows of orders of Xealth by day."""

from functools import partial

from ehr.services import records
from kernel.daily import Number, declare
from kernel.staff import roles
from xealth import kinds

declare(
    Number(
        "xealthOrders",
        "Orders from Xealth",
        needs=roles.MESSAGES,
        page="ehr_xealth_orders",
        series=records.daily_series(done="carried out", ignored="ignored"),
        count=partial(records.count_by_state, kinds.ORDER),
    )
)
