"""What the staff's first page shows of mails by day."""

from kernel.daily import Number, Series, declare
from kernel.staff import roles
from notifications.choices import SendState
from notifications.store import sent_mails

declare(
    Number(
        "mails",
        "Mails",
        needs=roles.FIND,
        page="mails",
        series=(
            Series(SendState.SENT.value, "sent", "good"),
            Series(SendState.UNCLEAR.value, "unclear", "warn"),
            Series(SendState.FAILED.value, "failed", "bad"),
        ),
        count=sent_mails.count_by_state,
    )
)
