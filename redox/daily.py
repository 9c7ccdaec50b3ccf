"""What the staff's first page shows of syncs and of orders of Redox by day."""

from functools import partial

from ehr.services import records
from kernel.daily import Number, declare
from kernel.staff import roles
from redox import kinds

declare(
    Number(
        "syncs",
        "Syncs",
        needs=roles.MESSAGES,
        page="ehr_runs",
        series=records.daily_series(done="sent", ignored="not needed any more"),
        count=partial(records.count_by_state, kinds.SCHEDULED),
    )
)
declare(
    Number(
        "redoxOrders",
        "Orders from Redox",
        needs=roles.MESSAGES,
        page="ehr_messages",
        series=records.daily_series(done="carried out", ignored="ignored"),
        count=partial(records.count_by_state, kinds.MESSAGE),
    )
)
