"""A clinic's sites, of which patients have copies (rules CLINIC-67 to CLINIC-81).

Clinic and patients change in one transaction, and names are compared in it too: see `tags`.
"""

from collections.abc import Iterable

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.services import access, closures
from clinics.services import tags
from clinics.store import sites as store
from kernel import clock, db, ids, safe_reading, texts
from kernel.db import Document
from kernel.errors import BadRequest, Conflict, ConstraintViolation, Duplicate, NotFound
from patients.services import tags_and_sites

MAX_SITES = 50
FULL = f"the clinic already has the maximum number of {MAX_SITES} sites"
DUPLICATE = "duplicate site name"
NO_SITE = "no site can have the name of this tag: rename the tag first"


def create_site(
    *, clinic_id: str | ObjectId, name: str, site_id: ObjectId | None = None
) -> Document:
    """The new site. A name in use is reported before a full list. `site_id`: of invented data whose id is known."""
    name = tags_and_sites.site_name(name)
    site = {"id": site_id or ids.new_id(), "name": name}

    def create() -> None:
        clinic = access.access_open_clinic(clinic_id)
        if is_taken(name, access.sites_of(clinic)):
            raise Duplicate(message=DUPLICATE)
        if not store.add_site(clinic["_id"], site, limit=MAX_SITES, moment=clock.now()):
            raise ConstraintViolation(FULL)

    db.run_in_transaction(create)
    return site


def rename_site(*, clinic_id: str | ObjectId, site_id: ObjectId, name: str) -> Document:
    """Renames it in the clinic and in every patient who has it."""
    name = tags_and_sites.site_name(name)

    def rename() -> None:
        clinic = _access_to_check(clinic_id)
        others = [site for site in access.sites_of(clinic) if site["id"] != site_id]
        if is_taken(name, others):
            raise Duplicate(message=f"checking site constraints: {DUPLICATE}")
        if not store.set_site_name(clinic["_id"], site_id, name, clock.now()):
            raise NotFound(message="site not found")
        tags_and_sites.rename_site(clinic["_id"], site_id, name)

    db.run_in_transaction(rename)
    return {"id": site_id, "name": name}


def _access_to_check(clinic_id: str | ObjectId) -> Document:
    clinic = access.find_clinic(clinic_id)
    if clinic is None:
        raise NotFound(message=f"checking site constraints: {access.CLINIC_NOT_FOUND}")
    closures.require_open(clinic["_id"])
    return clinic


def delete_site(*, clinic_id: str | ObjectId, site_id: ObjectId) -> None:
    clinic_object_id = access.access_open_clinic(clinic_id)["_id"]
    db.run_in_transaction(lambda: _delete(clinic_object_id, site_id))


def _delete(clinic_id: ObjectId, site_id: ObjectId) -> None:
    if not store.remove_site(clinic_id, site_id, clock.now()):
        raise NotFound(message=access.CLINIC_NOT_FOUND)
    tags_and_sites.remove_site_from_patients(clinic_id, site_id)


def merge_site(
    *, clinic_id: str | ObjectId, target_id: ObjectId, source_id: ObjectId | None
) -> Document:
    """Move the patients of the source to the target, each once, and remove the source."""
    if source_id is None:
        reason = "the id of the source site is required"
        raise BadRequest(reason)
    if source_id == target_id:
        raise BadRequest(message="can't merge a site into itself: bad request")

    def merge() -> Document:
        clinic = access.access_clinic(clinic_id)
        closures.require_free(clinic["_id"])
        target = _find_site(clinic, target_id)
        if target is None:
            raise NotFound
        tags_and_sites.copy_site_to_patients(clinic["_id"], source_id, target)
        _delete(clinic["_id"], source_id)
        tags_and_sites.recount_site(clinic["_id"], target_id)
        return target

    return db.run_in_transaction(merge)


def _find_site(clinic: ClinicDocument, site_id: ObjectId) -> Document | None:
    site = next((site for site in access.sites_of(clinic) if site["id"] == site_id), None)
    return {"id": site["id"], "name": site["name"]} if site else None


def convert_tag(*, clinic_id: str | ObjectId, tag_id: ObjectId) -> tuple[Document, int]:
    """Turn a tag that stood for a site into one. Returns the new site and the number of its patients."""
    site: Document = {"id": ids.new_id()}

    def convert() -> int:
        clinic = access.access_clinic(clinic_id)
        closures.require_free(clinic["_id"])
        entries = safe_reading.objects(clinic.get("patientTags"))
        tag = next((tag for tag in entries if tag.get("_id") == tag_id), None)
        if tag is None:
            raise NotFound(message="unable to find patient tag: not found")
        free = free_name(safe_reading.text(tag.get("name")) or "", access.sites_of(clinic))
        site["name"] = tags_and_sites.site_name(free, NO_SITE)
        if not store.add_site(clinic["_id"], site, limit=MAX_SITES, moment=clock.now()):
            raise Conflict
        count = tags_and_sites.replace_tag_by_site(clinic["_id"], tag_id, site)
        tags.delete_in_transaction(clinic["_id"], tag_id)
        tags_and_sites.recount_site(clinic["_id"], site["id"])
        return count

    return site, db.run_in_transaction(convert)


# --- names ----------------------------------------------------------------------------------------
def free_name(name: str, sites: Iterable[Document]) -> str:
    """The name, or the first numbered one that no site has."""
    return texts.free_name(name, {texts.key(site["name"]) for site in sites})


def is_taken(name: str, sites: Iterable[Document]) -> bool:
    return texts.key(name) in {texts.key(site["name"]) for site in sites}
