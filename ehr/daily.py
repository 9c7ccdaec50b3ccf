"""What the staff's first page shows of documents of one kind by day: how those ended that came on it."""

from functools import partial

from ehr.choices import ProcessingState
from ehr.services import records
from kernel import daily
from kernel.daily import Number, Series
from kernel.staff import roles


def declare(name: str, title: str, *, kind: str, page: str, done: str, ignored: str) -> None:
    """Work that waits is counted when it has ended."""
    series = (
        Series(ProcessingState.DONE.value, done, "good"),
        Series(ProcessingState.IGNORED.value, ignored, "idle"),
        Series(ProcessingState.FAILED.value, "failed", "bad"),
    )
    count = partial(records.count_by_state, kind)
    daily.declare(Number(name, title, needs=roles.MESSAGES, page=page, series=series, count=count))
