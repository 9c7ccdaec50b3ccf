"""What other versions of this service have left of kept data (`patients.kept`) goes when no one needs it any more."""

from datetime import timedelta

import structlog

from kernel import clock
from patients import kept
from patients.store import kept_versions as store

# So long going back to such a version means to follow what it has missed, and after that to derive everything again.
UNUSED = timedelta(days=14)

log = structlog.get_logger(__name__)


def clean_up() -> int:
    """May be repeated, and run beside any other version. Returns how many versions went.

    Versions before kept data had a version added to their counts whatever this one had changed: without counts they
    count again, so going back to one of them shows the right ones."""
    store.remove_counts_without_version()
    unused = [v for v in sorted(store.list_versions() - {kept.VERSION}) if _is_unused(v)]
    for version in unused:
        store.drop(version)
        log.warning("kept_data.dropped", name=f"version {version}")
    return len(unused)


def _is_unused(version: int) -> bool:
    """One that has left no sign is being made."""
    last = store.last_sign(version)
    return last is not None and last < clock.now() - UNUSED
