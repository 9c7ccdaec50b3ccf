"""Events of merges."""

from kernel import accesses, outbox


@outbox.event("merge.requested", access=accesses.MANY)
class MergeRequested(outbox.Event):
    """There is work to do for a merge: to begin it, to go on with it, or to take it back."""

    merge_id: str = outbox.key()
