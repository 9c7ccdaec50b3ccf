"""Followers: what an app derives from documents is derived again when anyone has changed them.

An app registers a follower in its `followers.py`, which its apps.py loads (`kernel.registration`):

    following.register(
        "patients.lists",          # stays: its position is stored under this name
        collections=("patients",),
        handle=derive,             # handle(changes: Mapping[str, set[Any]]) -> object
        rescan=derive_slice,       # rescan(after: Any | None) -> Any | None
        version=1,
        derives="lists of patients",  # words for staff, who read them as "… may be out of date"
    )

`handle` gets a batch: for each collection the ids of the documents that were inserted, changed or deleted, at
most 200 in all, each once. It reads what is stored now and derives from that, so it may be called twice for
the same ids, and in two processes for a moment. An exception means "not handled": an outage
(`kernel.transient_errors`) is waited for, anything else is tried again, then id by id, and an id that has
failed five times is parked in `followerFailures`. The next change of it that is handled takes it out.

`rescan` derives a slice of everything, of a second or less, and what has lost its document too. It gets what
the last slice returned, None for the first one, and returns where the next slice begins, or None at the end.
Positions are stored, so they are values that MongoDB can store. It runs between the batches of changes: at
the first start, when the position in the stream was lost, when a watched collection was dropped or renamed,
and when `collections` or `version` differ from those of the last run. Its first slice comes before the next
changes, so that it can make what they are derived into. Raise `version` when what is derived has changed. A
slice may raise; it is then called again with the same position, and changes are followed meanwhile.

`manage.py follow` follows, in one process at a time; nothing else does. docs/decisions/0013-background-work.md
has the reasons.
"""

from kernel.following.processes import run
from kernel.following.registered import BY_NAME, Changes, Follower, register
from kernel.following.rows import forget
from kernel.following.standing import Standing, followed_times, lag_seconds, standings

__all__ = [
    "BY_NAME",
    "Changes",
    "Follower",
    "Standing",
    "followed_times",
    "forget",
    "lag_seconds",
    "register",
    "run",
    "standings",
]
