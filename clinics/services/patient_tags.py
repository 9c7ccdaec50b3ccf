"""Tags of many patients at once (behaviour note patients, 4.12)."""

from collections.abc import Sequence

from clinics.services.patients import parsed_clinic
from clinics.store import patient_places as store
from clinics_site.core import clock, ids


def assign_tag(*, clinic_id: str, tag_id: str, user_ids: Sequence[str] | None) -> int:
    """Give the tag to these patients, or to all of the clinic (None). Unknown users are ignored."""
    clinic, tag = parsed_clinic(clinic_id), ids.parse_id(tag_id)
    if tag is None:
        return 0
    store.clear_null_tags(clinic, user_ids)
    return store.add_tag(clinic, user_ids, tag, clock.now())


def remove_tag(*, clinic_id: str, tag_id: str, user_ids: Sequence[str] | None = None) -> int:
    clinic, tag = parsed_clinic(clinic_id), ids.parse_id(tag_id)
    return store.remove_tag(clinic, user_ids, tag, clock.now()) if tag is not None else 0
