"""Write a backup into an empty database, and check that it is whole."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bson.raw_bson import RawBSONDocument
from django.conf import settings
from pymongo.errors import BulkWriteError

from kernel import audit_anchors, db
from kernel.audit_check import Check
from kernel.backups.folders import BackupError, Folder, Progress
from kernel.following import rows as followers

_DUPLICATE_KEY = 11000
_BATCH = 1000
# Positions in the change stream of the old servers mean nothing to others; without one a follower rescans.
_NOT_RESTORED = {followers.COLLECTION}


def restore(path: Path, *, goes_on: bool = False) -> Iterator[Progress]:
    """Into a database without documents; `goes_on`: continue one that was interrupted, which must not have been used
    since. Raises BackupError, before anything is written if the backup is not whole."""
    folder = Folder(path)
    contents = folder.read()
    names = sorted(contents["collections"].keys() - _NOT_RESTORED)
    _require_whole(folder, contents)
    if not goes_on:
        _require_empty()
    for name in names:
        yield from _restore(folder, name, contents["collections"][name]["documents"])


def check_copy(path: Path) -> list[str]:
    """What of the restored database is not as it was backed up; empty if all is well."""
    folder = Folder(path)
    contents = folder.read()
    return [*_wrong_numbers(folder, contents), *_flaws(contents["anchor"])]


def _require_whole(folder: Folder, contents: dict[str, Any]) -> None:
    if "ended" not in contents:
        message = f"the backup in {folder.path} was interrupted: backup --continue goes on with it"
        raise BackupError(message)
    for name, collection in contents["collections"].items():
        if not folder.documents_of(name).exists() or folder.digest_of(name) != collection["sha256"]:
            message = f"the file of {name} in {folder.path} is missing or was changed"
            raise BackupError(message)


def _require_empty() -> None:
    database = db.database()
    held = sorted(
        n for n in database.list_collection_names() if database[n].find_one({}, {"_id": 1})
    )
    if held:
        message = (
            f"the database {db.database_name()} is not empty ({', '.join(held[:5])}); choose another with "
            "TIDEPOOL_CLINIC_DATABASE_NAME, drop it, or --continue an interrupted restore"
        )
        raise BackupError(message)


def _restore(folder: Folder, name: str, total: int) -> Iterator[Progress]:
    """Indexes come last: an index grows faster from all documents than from one after the other."""
    shape = folder.read_shape(name)
    database, n = db.database(), 0
    if name not in database.list_collection_names():
        database.command({"create": name, **shape["options"]})
    for batch in db.batches(folder.iterate(name), _BATCH):
        _insert(name, batch)
        n += len(batch)
        yield Progress(name, n, total)
    own = [index for index in shape["indexes"] if not _comes_by_itself(index)]
    if own:
        database.command({"createIndexes": name, "indexes": own})


def _comes_by_itself(index: dict[str, Any]) -> bool:
    return dict(index["key"]) == {"_id": 1}


def _insert(name: str, batch: Iterable[RawBSONDocument]) -> None:
    """Documents that an interrupted call has written are there already."""
    try:
        db.database()[name].insert_many(list(batch), ordered=False, bypass_document_validation=True)
    except BulkWriteError as error:
        failures = error.details["writeErrors"]
        if any(failure["code"] != _DUPLICATE_KEY for failure in failures):
            raise


def _wrong_numbers(folder: Folder, contents: dict[str, Any]) -> Iterator[str]:
    for name in sorted(contents["collections"].keys() - _NOT_RESTORED):
        expected = contents["collections"][name]["documents"]
        found = db.database()[name].count_documents({})
        if found > expected or (found < expected and not _expires(folder.read_shape(name))):
            yield f"{name}: {found} documents instead of {expected}"


def _expires(shape: dict[str, Any]) -> bool:
    """MongoDB removes documents that have expired since the backup."""
    return any("expireAfterSeconds" in index for index in shape["indexes"])


def _flaws(anchor: str) -> Iterator[str]:
    check = Check([audit_anchors.parse(settings.ENVIRONMENT, anchor)])
    yield from map(str, check.flaws())
