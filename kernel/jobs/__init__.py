"""Work that staff begin and a worker does, because it may take longer than anyone waits (decision 0023).

kinds     what an app declares of a kind of job
store     the collections `jobs` and `jobParts`
files     a file that a job has made: written in pieces, fetched once, or read until it expires
running   how a job begins, goes on after a crash, and ends
"""

from kernel.jobs.files import EXPIRED, fetch, is_ready, read
from kernel.jobs.kinds import KINDS, PATIENTS, Batch, Kind, Noting, Skipped, Task, add
from kernel.jobs.running import (
    access,
    begin,
    can_cancel,
    can_start_again,
    cancel,
    carry_out,
    discard,
    end_all_of_clinic,
    find_hold,
    find_item_at_work,
    glance,
    is_at_work,
    is_held,
    list_held,
    require,
    start_again,
)
from kernel.jobs.store import (
    COLLECTION,
    QUEUE,
    find_newest,
    find_result,
    find_typed,
    find_wanted,
    keep_result,
    keep_wanted,
    kinds_of,
    list_all_at_work,
    list_at_work,
    list_of,
    take_wanted,
)

__all__ = [
    "COLLECTION",
    "EXPIRED",
    "KINDS",
    "PATIENTS",
    "QUEUE",
    "Batch",
    "Kind",
    "Noting",
    "Skipped",
    "Task",
    "access",
    "add",
    "begin",
    "can_cancel",
    "can_start_again",
    "cancel",
    "carry_out",
    "discard",
    "end_all_of_clinic",
    "fetch",
    "find_hold",
    "find_item_at_work",
    "find_newest",
    "find_result",
    "find_typed",
    "find_wanted",
    "glance",
    "is_at_work",
    "is_held",
    "is_ready",
    "keep_result",
    "keep_wanted",
    "kinds_of",
    "list_all_at_work",
    "list_at_work",
    "list_held",
    "list_of",
    "read",
    "require",
    "start_again",
    "take_wanted",
]
