"""How many patients have each tag and site: stored with the other counts, and updated together with the patients.

A change to one patient adjusts the counts itself (`patient_counts.count_change`). A change to many patients at once
counts the tag or site again; if one of those patients changes at the same moment, the two transactions conflict and
one of them is repeated.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from bson import ObjectId

from kernel import clock, texts
from kernel.api import validation
from kernel.api.schema import Schema, ref
from kernel.db import Document
from kernel.errors import BadRequest
from patients.services import patient_counts, preparing
from patients.store import patient_counts as store
from patients.store import tags_and_sites as patients_store
from patients.store.tags_and_sites import SITES, TAGS

TAG_NOT_FOUND = "patient tag not found"
Counts = dict[ObjectId, int]


def tag_name(name: str) -> str:
    """The normal form. Raises BadRequest for a name that the API description does not accept, for every caller."""
    normalised = texts.name(name)
    return _checked(
        normalised, ref("patientTag.v1"), {"name": normalised}, "no tag can have this name"
    )


def site_name(name: str, refusal: str = "no site can have this name") -> str:
    """Like `tag_name`, for a site."""
    normalised = texts.name(name)
    return _checked(normalised, ref("siteName.v1"), normalised, refusal)


def _checked(name: str, described: Schema, value: Any, refusal: str) -> str:
    if not name:
        reason = "a name is needed"
        raise BadRequest(reason)
    if not validation.is_valid(described, value):
        raise BadRequest(refusal)
    return name


def count_by_tag_and_site(clinics: Sequence[Document]) -> tuple[Counts, Counts]:
    """(patients per tag, patients per site) of these clinics. Needs no query when they have neither, or when the
    counts came with the clinic (`patient_counts.access_counted_clinic`)."""
    items_by_clinic = {
        clinic["_id"]: list(patient_counts.tags_and_sites_of(clinic)) for clinic in clinics
    }
    joined = {c["_id"]: counts for c in clinics if (counts := store.joined_counts(c))}
    if len(clinics) == 1 and preparing.derive_if_overtaken(clinics[0]["_id"]):
        joined = {}
    uncounted = [
        clinic_id
        for clinic_id, items in items_by_clinic.items()
        if items and clinic_id not in joined
    ]
    counts_by_clinic = joined | patient_counts.list_kept_counts(uncounted)
    counted: dict[str, Counts] = {TAGS: {}, SITES: {}}
    for clinic_id, field, item_id in chain.from_iterable(items_by_clinic.values()):
        n = patient_counts.count_at(counts_by_clinic[clinic_id], field, item_id)
        if n:
            counted[field][item_id] = n
    return counted[TAGS], counted[SITES]


def count_site(clinic_id: ObjectId, site_id: ObjectId) -> int:
    counts = patient_counts.find_counts(clinic_id)
    if counts is None:
        return patients_store.count_patients((clinic_id, SITES, site_id))
    return patient_counts.count_at(counts, SITES, site_id)


def recount(clinic_id: ObjectId, field: str, tag_or_site_id: ObjectId) -> None:
    """Count the patients of one tag or site again, in the caller's transaction."""
    n = patients_store.count_patients((clinic_id, field, tag_or_site_id))
    counts = store.set_count(clinic_id, store.path(field, tag_or_site_id), n)
    if counts is None or patient_counts.is_crowded(counts):
        patient_counts.begin_counts(clinic_id)


def forget(clinic_id: ObjectId, field: str, tag_or_site_id: ObjectId) -> None:
    """Drop the count of a removed tag or site. Giving it to a patient at the same moment conflicts with this, and
    is refused when it is repeated."""
    if not store.remove_count(clinic_id, store.path(field, tag_or_site_id)):
        patient_counts.begin_counts(clinic_id)


# --- changes to a clinic's tags and sites, carried over to its patients in the caller's transaction ----------
def forget_tag(clinic_id: ObjectId, tag_id: ObjectId) -> None:
    """Drops the count only; `remove_tag_from_patients` takes the tag from the patients later."""
    forget(clinic_id, TAGS, tag_id)


def remove_tag_from_patients(*, clinic_id: ObjectId, tag_id: ObjectId) -> int:
    """Returns how many patients had it. Until this has run, readers ignore the unknown id."""
    count = patients_store.remove_tag(clinic_id, None, tag_id, clock.now())
    forget_tag(clinic_id, tag_id)
    return count


def replace_tag_by_site(clinic_id: ObjectId, tag_id: ObjectId, site: Document) -> int:
    """Returns how many patients have the site now. Call `recount_site` once the tag is gone too."""
    return patients_store.replace_tag_by_site(clinic_id, tag_id, site, clock.now())


def rename_site(clinic_id: ObjectId, site_id: ObjectId, name: str) -> None:
    """Giving the site to a patient at the same moment conflicts with this, and is repeated with the new name."""
    patients_store.rename_site(clinic_id, site_id, name, clock.now())
    if not store.touch_counts(clinic_id):
        patient_counts.begin_counts(clinic_id)


def remove_site_from_patients(clinic_id: ObjectId, site_id: ObjectId) -> None:
    patients_store.remove_site_from_all(clinic_id, site_id, clock.now())
    forget(clinic_id, SITES, site_id)


def copy_site_to_patients(clinic_id: ObjectId, source_id: ObjectId, target: Document) -> None:
    """Everyone with the source site gets the target too. Call `recount_site` once the source is gone."""
    patients_store.add_site_where(clinic_id, source_id, target, clock.now())


def recount_site(clinic_id: ObjectId, site_id: ObjectId) -> None:
    recount(clinic_id, SITES, site_id)
