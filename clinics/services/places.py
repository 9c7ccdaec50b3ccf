"""How many patients the tags and sites of clinics have: computed on every read, never stored."""

from collections.abc import Iterable, Sequence

from bson import ObjectId

from clinics.store import patient_places as store
from clinics.store.patient_places import SITES, TAGS, Place
from clinics_site.core.db import Document

Counts = dict[ObjectId, int]


def count_places(clinics: Sequence[Document]) -> tuple[Counts, Counts]:
    """(patients per tag, patients per site) of these clinics; nothing is asked when they have neither."""
    counted = store.count_patients([place for clinic in clinics for place in _places(clinic)])
    tags = {place_id: n for (_, field, place_id), n in counted.items() if field == TAGS}
    sites = {place_id: n for (_, field, place_id), n in counted.items() if field == SITES}
    return tags, sites


def count_site(clinic_id: ObjectId, site_id: ObjectId) -> int:
    place = (clinic_id, SITES, site_id)
    return store.count_patients([place]).get(place, 0)


def _places(clinic: Document) -> Iterable[Place]:
    for tag in clinic.get("patientTags") or []:
        yield clinic["_id"], TAGS, tag["_id"]
    for site in clinic.get("sites") or []:
        yield clinic["_id"], SITES, site["id"]
