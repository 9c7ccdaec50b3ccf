"""Tags and sites on patient documents: how many patients have each, and changes to all patients who have one.

A patient refers to a tag by id and carries a copy of each site, `{id, name}`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId

from kernel import db, updates
from patients.store.patients import COLLECTION

TAGS, SITES = "tags", "sites.id"
KEYS = {TAGS: "TideTags", SITES: "Sites"}
TagOrSite = tuple[ObjectId, str, ObjectId]  # clinic, TAGS or SITES, id


def count_patients(tag_or_site: TagOrSite) -> int:
    """How many patients one tag or site has, by index keys alone.

    An index over an array cannot return its values, so grouping by it would fetch every patient of the
    clinic; counting the keys of one value fetches none.
    """
    clinic_id, field, tag_or_site_id = tag_or_site
    query = {"clinicId": clinic_id, field: tag_or_site_id}
    return db.collection(COLLECTION).count_documents(query, hint=KEYS[field])


# --- tags -------------------------------------------------------------------------------------------------
def _among(clinic_id: ObjectId, user_ids: Sequence[str] | None) -> dict[str, Any]:
    """Selects these users of the clinic, or all of its patients for None."""
    if user_ids is None:
        return {"clinicId": clinic_id}
    return {"clinicId": clinic_id, "userId": {"$in": list(user_ids)}}


def add_tag(
    clinic_id: ObjectId, user_ids: Sequence[str] | None, tag_id: ObjectId, moment: datetime
) -> int:
    result = db.collection(COLLECTION).update_many(
        {**_among(clinic_id, user_ids), TAGS: {"$ne": tag_id}},
        [updates.included("tags", tag_id), updates.assigned({"updatedTime": moment})],
    )
    return result.modified_count


def remove_tag(
    clinic_id: ObjectId, user_ids: Sequence[str] | None, tag_id: ObjectId, moment: datetime
) -> int:
    result = db.collection(COLLECTION).update_many(
        {**_among(clinic_id, user_ids), TAGS: tag_id},
        {"$pull": {"tags": tag_id}, "$set": {"updatedTime": moment}},
    )
    return result.modified_count


def replace_tag_by_site(
    clinic_id: ObjectId, tag_id: ObjectId, site: Mapping[str, Any], moment: datetime
) -> int:
    """Everyone with the tag gets the site instead."""
    result = db.collection(COLLECTION).update_many(
        {"clinicId": clinic_id, TAGS: tag_id},
        [
            updates.appended("sites", dict(site)),
            updates.without("tags", tag_id),
            updates.assigned({"updatedTime": moment}),
        ],
    )
    return result.modified_count


# --- sites ------------------------------------------------------------------------------------------------
def rename_site(clinic_id: ObjectId, site_id: ObjectId, name: str, moment: datetime) -> int:
    result = db.collection(COLLECTION).update_many(
        {"clinicId": clinic_id, SITES: site_id},
        {"$set": {"sites.$[site].name": name, "updatedTime": moment}},
        array_filters=[{"site.id": site_id}],
    )
    return result.modified_count


def remove_site_from_all(clinic_id: ObjectId, site_id: ObjectId, moment: datetime) -> int:
    result = db.collection(COLLECTION).update_many(
        {"clinicId": clinic_id, SITES: site_id},
        {"$pull": {"sites": {"id": site_id}}, "$set": {"updatedTime": moment}},
    )
    return result.modified_count


def add_site_where(
    clinic_id: ObjectId, source_id: ObjectId, site: Mapping[str, Any], moment: datetime
) -> int:
    """Everyone with the source site who does not have `site` yet gets it."""
    result = db.collection(COLLECTION).update_many(
        {
            "clinicId": clinic_id,
            "$and": [{SITES: source_id}, {SITES: {"$ne": site["id"]}}],
        },
        [updates.appended("sites", dict(site)), updates.assigned({"updatedTime": moment})],
    )
    return result.modified_count
