"""How many patients the tags and sites of clinics have: kept with the other counts, and changed with the patients.

A patient's own change counts itself (`patient_counts.count_change`). What changes many patients at once counts the
tag or site again; a patient who is changed at the same moment conflicts with that, and one of the two is repeated.
"""

from collections.abc import Sequence
from typing import Any

from bson import ObjectId

from kernel import clock, texts
from kernel.api import validation
from kernel.api.schema import Schema, ref
from kernel.db import Document
from kernel.errors import BadRequest
from patients.services import patient_counts
from patients.store import patient_counts as store
from patients.store import tags_and_sites as patients_store
from patients.store.tags_and_sites import SITES, TAGS

TAG_NOT_FOUND = "patient tag not found"
Counts = dict[ObjectId, int]


def tag_name(name: str) -> str:
    """The normal form. Raises BadRequest for what the description does not accept as a tag's name, for every
    caller."""
    normalised = texts.name(name)
    return _checked(
        normalised, ref("patientTag.v1"), {"name": normalised}, "no tag can have this name"
    )


def site_name(name: str, refusal: str = "no site can have this name") -> str:
    """As `tag_name`."""
    normalised = texts.name(name)
    return _checked(normalised, ref("siteName.v1"), normalised, refusal)


def _checked(name: str, described: Schema, value: Any, refusal: str) -> str:
    if not name:
        reason = "a name is needed"
        raise BadRequest(reason)
    if not validation.is_valid(described, value):
        raise BadRequest(refusal)
    return name


def count_places(clinics: Sequence[Document]) -> tuple[Counts, Counts]:
    """(patients per tag, patients per site) of these clinics. Nothing is asked when they have neither, or when the
    counts came with the clinic (`patient_counts.access_counted_clinic`)."""
    places = {clinic["_id"]: list(patient_counts.places_of(clinic)) for clinic in clinics}
    joined = {c["_id"]: counts for c in clinics if (counts := store.joined_counts(c))}
    asked = [found for found, named in places.items() if named and found not in joined]
    kept = joined | patient_counts.list_kept_counts(asked)
    counted: dict[str, Counts] = {TAGS: {}, SITES: {}}
    for clinic_id, field, place_id in (place for named in places.values() for place in named):
        n = patient_counts.count_at(kept[clinic_id], field, place_id)
        if n:
            counted[field][place_id] = n
    return counted[TAGS], counted[SITES]


def count_site(clinic_id: ObjectId, site_id: ObjectId) -> int:
    return patient_counts.count_at(patient_counts.kept_counts(clinic_id), SITES, site_id)


def recount(clinic_id: ObjectId, field: str, place_id: ObjectId) -> None:
    """Count the patients of one tag or site again, in the caller's transaction."""
    n = patients_store.count_patients((clinic_id, field, place_id))
    counts = store.set_count(clinic_id, store.path(field, place_id), n)
    if counts is None or patient_counts.is_crowded(counts):
        patient_counts.begin_counts(clinic_id)


def forget(clinic_id: ObjectId, field: str, place_id: ObjectId) -> None:
    """Drop the count of a removed tag or site. A patient who gets it at this moment conflicts, and does not
    get it."""
    if not store.remove_count(clinic_id, store.path(field, place_id)):
        patient_counts.begin_counts(clinic_id)


# --- changes of a clinic's tags and sites reach its patients, in the caller's transaction ---------------------
def forget_tag(clinic_id: ObjectId, tag_id: ObjectId) -> None:
    """The counts forget it; the patients follow by `remove_tag_from_patients`."""
    forget(clinic_id, TAGS, tag_id)


def remove_tag_from_patients(*, clinic_id: ObjectId, tag_id: ObjectId) -> int:
    """How many patients had it. Until then readers pass over ids they do not know."""
    count = patients_store.remove_tag(clinic_id, None, tag_id, clock.now())
    forget_tag(clinic_id, tag_id)
    return count


def replace_tag_by_site(clinic_id: ObjectId, tag_id: ObjectId, site: Document) -> int:
    """How many patients have the site now. `recount_site` when the tag is gone too."""
    return patients_store.replace_tag_by_site(clinic_id, tag_id, site, clock.now())


def rename_site(clinic_id: ObjectId, site_id: ObjectId, name: str) -> None:
    """A patient who gets the site at this moment conflicts with that, and gets it by the new name."""
    patients_store.rename_site(clinic_id, site_id, name, clock.now())
    if not store.touch_counts(clinic_id):
        patient_counts.begin_counts(clinic_id)


def remove_site_from_patients(clinic_id: ObjectId, site_id: ObjectId) -> None:
    patients_store.remove_site_from_all(clinic_id, site_id, clock.now())
    forget(clinic_id, SITES, site_id)


def copy_site_to_patients(clinic_id: ObjectId, source_id: ObjectId, target: Document) -> None:
    """Everyone with the source site gets the target too. `recount_site` when the source is gone."""
    patients_store.add_site_where(clinic_id, source_id, target, clock.now())


def recount_site(clinic_id: ObjectId, site_id: ObjectId) -> None:
    recount(clinic_id, SITES, site_id)
