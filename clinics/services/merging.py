"""What two clinics exchange when one is merged into the other, in the caller's transaction, and how it is taken back
(rules MERGE-80 to MERGE-99)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from clinic_records.documents import ClinicDocument, ClinicianDocument
from clinic_records.services import access
from clinics.events import ClinicianSaved, ClinicMerged
from clinics.services import clinicians, clinics, sites, tags
from clinics.store import clinicians as clinician_store
from clinics.store import clinics as store
from clinics.store import sites as site_store
from clinics.store import tags as tag_store
from kernel import clock, outbox, safe_reading
from kernel.choices import ClinicianRole
from kernel.db import Document
from kernel.errors import ConstraintViolation, Duplicate, NotFound
from patients.services import patient_counts, tags_and_sites

MERGED = "its clinic was merged into {target}"
# A merge keeps every site, however many; this only protects the size of the clinic's document.
MOST_SITES = 5000
_UNIQUE = ("email", "inviteId")
MEMBER_TAKEN = (
    "the target already has a member or an invite with the address of a member of the source"
)


# --- tags and sites -------------------------------------------------------------------------------
def add_tags(clinic_id: ObjectId, added: Iterable[Document]) -> None:
    """`added`: {_id, name} of each. Raises Duplicate or ConstraintViolation if the clinic has got other tags
    meanwhile."""
    clinic = access.access_clinic(clinic_id)
    present = access.tags_of(clinic)
    stored = clinic.get("patientTags")
    # The plan counts whole tags only.
    broken = len(stored) - len(present) if isinstance(stored, list) else 0
    limit = tags.MAX_TAGS + broken
    for tag in added:
        tags.require_free_name(tag["name"], present)
        present.append(tag)
        if not tag_store.add_tag(clinic_id, tag, limit=limit, moment=clock.now()):
            raise ConstraintViolation(tags.FULL)


def add_sites(clinic_id: ObjectId, added: Iterable[Document]) -> None:
    """As `add_tags`, without the limit of sites."""
    present = access.sites_of(access.access_clinic(clinic_id))
    for site in added:
        if sites.is_taken(site["name"], present):
            raise Duplicate(message=sites.DUPLICATE)
        present.append(site)
        if not site_store.add_site(clinic_id, site, limit=MOST_SITES, moment=clock.now()):
            raise ConstraintViolation(sites.FULL)


def remove_unused(
    clinic_id: ObjectId, *, tag_ids: Iterable[ObjectId], site_ids: Iterable[ObjectId]
) -> None:
    """Take back what `add_tags` and `add_sites` did. What a patient of the clinic has got meanwhile stays."""
    counts = patient_counts.kept_counts(clinic_id)
    for tag_id in tag_ids:
        if not patient_counts.count_at(counts, tags_and_sites.TAGS, tag_id):
            tag_store.withdraw_tag(clinic_id, tag_id, clock.now())
            tags_and_sites.forget_tag(clinic_id, tag_id)
    for site_id in site_ids:
        if not patient_counts.count_at(counts, tags_and_sites.SITES, site_id):
            site_store.remove_site(clinic_id, site_id, clock.now())
            tags_and_sites.remove_site_from_patients(clinic_id, site_id)


# --- members --------------------------------------------------------------------------------------
def list_clinicians(clinic_id: ObjectId) -> list[ClinicianDocument]:
    """Members, service accounts and pending invites."""
    return clinician_store.list_of_clinic(clinic_id)


def move_clinician(clinician: ClinicianDocument, clinic_id: ObjectId) -> None:
    """Raises Duplicate if the clinic has a record with the same user or address."""
    # The unique indexes count a stored null or "", which other services write for no address.
    empty = [name for name in _UNIQUE if name in clinician and not clinician[name]]
    _place(clinician["_id"], {"clinicId": clinic_id, "updatedTime": clock.now()}, removed=empty)
    is_admin = ClinicianRole.ADMIN in safe_reading.texts(clinician.get("roles"))
    if is_admin and not store.add_admin(clinic_id, clinician["userId"], clock.now()):
        raise ConstraintViolation(clinicians.TOO_MANY_ADMINS)
    outbox.emit(ClinicianSaved(clinic_id=str(clinic_id), user_id=clinician["userId"]))


def _place(clinician_id: ObjectId, fields: Document, *, removed: Sequence[str] = ()) -> None:
    try:
        clinician_store.move_clinician(clinician_id, fields, removed=removed)
    except DuplicateKeyError:
        raise Duplicate(MEMBER_TAKEN) from None


def remove_duplicate(clinician: ClinicianDocument) -> None:
    """The record of a member whom the target has already. It leaves no tombstone: the plan's document keeps it."""
    clinician_store.remove_by_id(clinician["_id"])


def return_clinician(before: ClinicianDocument, target_id: ObjectId) -> None:
    """Take back `move_clinician`, also if the clinic has an invite with the address by now: then the member's record
    has none. Roles are those that the member had there. Nothing happens if the member has left the target, or if the
    clinic has another record of the user."""
    present = clinician_store.find_clinician(target_id, before["userId"])
    known = _known(before)
    if present is None or present["_id"] != before["_id"] or "userId" in known:
        return
    given = {name: before[name] for name in _UNIQUE if name in before and name not in present}
    known = _known({**before, **given, **present, "clinicId": before["clinicId"]})
    names = ("clinicId", "roles", "updatedTime")
    fields = {name: before[name] for name in names if name in before}
    _place(
        before["_id"],
        fields | {name: value for name, value in given.items() if name not in known},
        removed=[name for name in known if name in present],
    )
    store.remove_admin(target_id, before["userId"], clock.now())


def restore_clinician(before: ClinicianDocument) -> None:
    """Take back `remove_duplicate`, as `return_clinician` does."""
    known = _known(before)
    if "userId" not in known:
        clinician_store.insert_clinician(
            ClinicianDocument({name: v for name, v in before.items() if name not in known})
        )


def _known(record: Mapping[str, Any]) -> set[str]:
    """Which of the record's unique values another record of its clinic has."""
    values = {name: record[name] for name in ("userId", *_UNIQUE) if name in record}
    others = clinician_store.list_with_any(record["clinicId"], values, but=record["_id"])
    return {
        name
        for name, value in values.items()
        if any(name in other and other[name] == value for other in others)
    }


# --- the end --------------------------------------------------------------------------------------
def end_source(source_id: ObjectId, target_id: ObjectId) -> ClinicDocument:
    """Delete the source, of which the demo patient alone may be left, and give its share codes to the target. Returns
    the source as it was. Raises BadRequest if it has other patients, and NotFound if a clinic is gone."""
    target = access.names_of_clinics([target_id]).get(target_id) or "another clinic"
    source = clinics.delete_in_transaction(
        source_id, deleted_by=None, words=MERGED.format(target=target)
    )
    codes = safe_reading.texts(source.get("shareCodes"))
    if not store.add_share_codes(target_id, codes, clock.now()):
        raise NotFound(message=access.CLINIC_NOT_FOUND)
    patient_counts.publish(target_id)
    outbox.emit(ClinicMerged(source_id=str(source_id), target_id=str(target_id)))
    return source
