"""A clinic's tags (rules CLINIC-57 to CLINIC-66).

Names are compared in the transaction that writes. If the clinic changes meanwhile, the transaction is repeated, so
parallel calls can neither exceed the limit nor store equal names.
"""

from collections.abc import Iterable

from bson import ObjectId

from clinic_records.limits import MAX_TAGS
from clinic_records.services import access
from clinics.events import TagDeleted
from clinics.store import tags as store
from kernel import clock, db, ids, outbox, texts
from kernel.db import Document
from kernel.errors import ConstraintViolation, Duplicate, NotFound
from patients.services import tags_and_sites
from patients.services.tags_and_sites import TAG_NOT_FOUND

FULL = f"the clinic already has the maximum number of {MAX_TAGS} patient tags"


def create_tag(*, clinic_id: str | ObjectId, name: str, tag_id: ObjectId | None = None) -> Document:
    """The new tag. A full list is reported before a name in use. `tag_id`: of invented data whose id is known."""
    tag = {"_id": tag_id or ids.new_id(), "name": tags_and_sites.tag_name(name)}

    def create() -> None:
        clinic = access.access_open_clinic(clinic_id)
        tags = access.tags_of(clinic)
        if len(tags) >= MAX_TAGS:
            raise ConstraintViolation(FULL)
        require_free_name(name, tags)
        if not store.add_tag(clinic["_id"], tag, limit=MAX_TAGS, moment=clock.now()):
            raise ConstraintViolation(FULL)  # counts entries that cannot be read, too

    db.run_in_transaction(create)
    return tag


def rename_tag(*, clinic_id: str | ObjectId, tag_id: ObjectId, name: str) -> Document:
    name = tags_and_sites.tag_name(name)

    def rename() -> None:
        clinic = access.access_open_clinic(clinic_id)
        others = [tag for tag in access.tags_of(clinic) if tag["_id"] != tag_id]
        require_free_name(name, others)
        if not store.set_tag_name(clinic["_id"], tag_id, name, clock.now()):
            raise NotFound(message=TAG_NOT_FOUND)

    db.run_in_transaction(rename)
    return {"_id": tag_id, "name": name}


def delete_tag(*, clinic_id: str | ObjectId, tag_id: ObjectId) -> None:
    """Succeeds even if the tag is already gone. Patients lose it by an event, which `clinics.handlers` handles."""
    clinic_object_id = access.access_open_clinic(clinic_id)["_id"]
    db.run_in_transaction(lambda: delete_in_transaction(clinic_object_id, tag_id))


def delete_in_transaction(clinic_id: ObjectId, tag_id: ObjectId) -> None:
    if not store.remove_tag(clinic_id, tag_id, clock.now()):
        raise NotFound(message=access.CLINIC_NOT_FOUND)
    tags_and_sites.forget_tag(clinic_id, tag_id)
    outbox.emit(TagDeleted(clinic_id=str(clinic_id), tag_id=str(tag_id)))


def require_free_name(name: str, tags: Iterable[Document]) -> None:
    """ "Type 1" and "type1" are the same tag."""
    if texts.key_without_blanks(name) in {texts.key_without_blanks(tag["name"]) for tag in tags}:
        raise Duplicate(message="duplicate patient tag")
