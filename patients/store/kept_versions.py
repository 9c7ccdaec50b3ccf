"""What versions of this service have left of kept data (`patients.kept`)."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kernel import db, following
from patients import kept
from patients.store import derivations

_OURS = re.compile("^(" + "|".join(kept.BASES) + r")\d*$")


def list_versions() -> set[int]:
    """Those that have a collection."""
    names = db.database().list_collection_names(filter={"name": _OURS})
    found = (kept.version_in(name, base) for name in names for base in kept.BASES)
    return {version for version in found if version is not None}


def last_sign(version: int) -> datetime | None:
    """When this version has derived, followed or checked anything last."""
    followed = following.followed_times(kept.FOLLOWERS).get(kept.follower_of(version))
    moments = [*_derivation_times(version), *([followed] if followed else [])]
    return max(moments, default=None)


def _derivation_times(version: int) -> Iterator[datetime]:
    for found in db.collection(derivations.COLLECTION).find({"_id": {"$in": _notes(version)}}):
        times: list[Any] = [found.get("time"), (found.get("last") or {}).get("time")]
        yield from (moment for moment in times if isinstance(moment, datetime))


def _notes(version: int) -> list[str]:
    return [kept.named(name, version) for name in derivations.NOTES]


def drop(version: int) -> None:
    """The notes go last: what a killed call has left is found again."""
    for base in kept.BASES:
        db.database().drop_collection(kept.named(base, version))
    following.forget(kept.follower_of(version))
    db.collection(derivations.COLLECTION).delete_many({"_id": {"$in": _notes(version)}})


def remove_counts_without_version() -> int:
    """Versions of that time count again what they miss."""
    return db.collection(kept.COUNTS_WITHOUT_VERSION).delete_many({}).deleted_count
