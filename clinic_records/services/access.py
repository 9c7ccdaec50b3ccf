"""The one way to a clinic and to someone's roles in it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.services import closures
from clinic_records.store import clinicians as clinician_store
from clinic_records.store import clinics as store
from kernel import clock, ids, policy, safe_reading
from kernel.db import Document
from kernel.errors import ConstraintViolation, NotFound
from kernel.policy import Path

CLINIC_NOT_FOUND = "clinic not found"


def find_clinician_roles(clinic_id: str, user_id: str) -> frozenset[str]:
    """Empty for a stranger, and for a clinic that does not exist."""
    parsed_id = ids.parse_id(clinic_id)
    return frozenset(clinician_store.find_roles(parsed_id, user_id)) if parsed_id else frozenset()


def find_roles_and_joined(
    clinic_id: str, user_id: str, lookup: Document
) -> tuple[frozenset[str], list[Document] | None]:
    """As `find_clinician_roles`, and what `lookup` finds; None for a stranger, for whom nothing more is read."""
    parsed_id = ids.parse_id(clinic_id)
    if parsed_id is None:
        return frozenset(), None
    row = clinician_store.find_roles_and_joined(parsed_id, user_id, lookup)
    if row is None:
        return frozenset(), None
    roles, joined = row
    return frozenset(roles), joined


def join_clinic(path: Path, *stages: Document) -> Document | None:
    """The `join` of an operation that reads the clinic of its path: see `access_clinic`."""
    clinic_id = ids.parse_id(path["clinicId"])
    return store.join_clinic(clinic_id, *stages) if clinic_id is not None else None


def list_clinics_of_member(
    user_id: str, *, among: Sequence[ObjectId] | None = None, limit: int = 0
) -> list[ObjectId]:
    """The clinics (`among` these) whose patients the user may see: `policy.sees_patients`, asked of all at once."""
    return clinician_store.list_clinic_ids(
        user_id, roles=policy.MEMBER_ROLES, among=among, limit=limit
    )


def tag_ids(clinic: Document) -> set[ObjectId]:
    """Also of those without a name: a patient keeps them."""
    ids_in_clinic = (tag.get("_id") for tag in safe_reading.objects(clinic.get("patientTags")))
    return {tag_id for tag_id in ids_in_clinic if isinstance(tag_id, ObjectId)}


def tags_of(clinic: Document) -> list[Document]:
    """The whole ones: what another writer has stored without an id or a name is left out."""
    return _whole(clinic.get("patientTags"), "_id")


def sites_of(clinic: Document) -> list[Document]:
    """As `tags_of`."""
    return _whole(clinic.get("sites"), "id")


def _whole(entries: Any, id_name: str) -> list[Document]:
    return [
        entry
        for entry in safe_reading.objects(entries)
        if isinstance(entry.get(id_name), ObjectId)
        and safe_reading.text(entry.get("name")) is not None
    ]


def find_clinic(
    clinic_id: str | ObjectId, projection: Mapping[str, Any] | None = None
) -> ClinicDocument | None:
    parsed_id = ids.parse_id(clinic_id)
    return store.find_clinic(parsed_id, projection) if parsed_id else None


def list_ids(after: ObjectId | None, limit: int) -> list[ObjectId]:
    """Clinics in the order of their ids, for work that goes through all of them."""
    return store.list_ids(after, limit)


def estimate_clinics() -> int:
    return store.estimate()


def change_clinic(clinic_id: str | ObjectId, fields: Mapping[str, Any]) -> ClinicDocument | None:
    """Set fields of the record, which the caller has validated, and `updatedTime`. The clinic after the change; None
    when there is no such clinic."""
    parsed_id = ids.parse_id(clinic_id)
    return store.set_fields(parsed_id, fields, clock.now()) if parsed_id else None


def publish_count(clinic_id: ObjectId, count: Document) -> bool:
    """Store the patient count that clients see. False when there is no such clinic."""
    return store.write_fields(clinic_id, {"patientCount": count}, clock.now())


def touch_clinic(clinic_id: ObjectId) -> None:
    """Only `updatedTime` changes."""
    store.write_fields(clinic_id, {}, clock.now())


def access_clinic(
    clinic_id: str | ObjectId, joined: Sequence[Document] | None = None
) -> ClinicDocument:
    """`joined`: what `join_clinic` has found already. Raises NotFound."""
    document = find_clinic(clinic_id) if joined is None else next(map(ClinicDocument, joined), None)
    if document is None:
        raise NotFound(message=CLINIC_NOT_FOUND)
    return document


def access_open_clinic(clinic_id: str | ObjectId) -> ClinicDocument:
    """A clinic to which something may be added. Raises NotFound, and Busy for the source of a merge."""
    document = access_clinic(clinic_id)
    closures.require_open(document["_id"])
    return document


def list_clinic_with(clinic_id: str | ObjectId, *stages: Document) -> list[ClinicDocument]:
    """The clinic, if there is one, with what `stages`, each a `$lookup`, join to it."""
    parsed_id = ids.parse_id(clinic_id)
    return store.list_with(parsed_id, *stages) if parsed_id else []


def access_migrated_clinic(clinic_id: str | ObjectId) -> Document:
    """A clinic whose members may change. Before the migration of a legacy account they may not."""
    document = access_clinic(clinic_id)
    if not document.get("isMigrated"):
        msg = "clinic is not migrated"
        raise ConstraintViolation(msg)
    return document


def list_clinics_by_ids(clinic_ids: Iterable[str | ObjectId]) -> list[ClinicDocument]:
    """Those that exist, in no particular order."""
    parsed_ids = [parsed_id for parsed_id in map(ids.parse_id, clinic_ids) if parsed_id is not None]
    return store.list_by_ids(parsed_ids) if parsed_ids else []


def names_of_clinics(clinic_ids: Collection[ObjectId]) -> dict[ObjectId, str]:
    """Clinics that are gone, or have no name, are missing."""
    clinics = store.list_names(list(clinic_ids)) if clinic_ids else []
    names = ((clinic["_id"], safe_reading.text(clinic.get("name"))) for clinic in clinics)
    return {clinic_id: name for clinic_id, name in names if name}
