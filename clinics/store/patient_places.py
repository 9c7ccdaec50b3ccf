"""Tags and sites on patient documents: how many patients have one, and changes that ripple to them.

A patient refers to a tag by id and carries a copy of each site, `{id, name}`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId

from clinics_site.core import db
from clinics_site.core.db import Document

COLLECTION = "patients"
TAGS, SITES = "tags", "sites.id"
KEYS = {TAGS: "TideTags", SITES: "Sites"}
Place = tuple[ObjectId, str, ObjectId]  # clinic, TAGS or SITES, id


def count_patients(place: Place) -> int:
    """How many patients one tag or site has, by index keys alone.

    An index over an array can not hand out its values, so a group over it would fetch every patient of the
    clinic; counting the keys of one value fetches none.
    """
    clinic_id, field, place_id = place
    query = {"clinicId": clinic_id, field: place_id}
    return db.collection(COLLECTION).count_documents(query, hint=KEYS[field])


# --- tags -------------------------------------------------------------------------------------------------
def _among(clinic_id: ObjectId, user_ids: Sequence[str] | None) -> dict[str, Any]:
    """None: everybody."""
    if user_ids is None:
        return {"clinicId": clinic_id}
    return {"clinicId": clinic_id, "userId": {"$in": list(user_ids)}}


def clear_null_tags(clinic_id: ObjectId, user_ids: Sequence[str] | None) -> None:
    """Old records hold `tags: null`, which nothing can be added to."""
    db.collection(COLLECTION).update_many(
        {**_among(clinic_id, user_ids), TAGS: {"$type": "null"}}, {"$set": {"tags": []}}
    )


def add_tag(
    clinic_id: ObjectId, user_ids: Sequence[str] | None, tag_id: ObjectId, moment: datetime
) -> int:
    result = db.collection(COLLECTION).update_many(
        {**_among(clinic_id, user_ids), TAGS: {"$ne": tag_id}},
        {"$addToSet": {"tags": tag_id}, "$set": {"updatedTime": moment}},
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
    """Everybody with the tag gets the site instead."""
    result = db.collection(COLLECTION).update_many(
        {"clinicId": clinic_id, TAGS: tag_id}, [_add_site(site), _drop_tag(tag_id, moment)]
    )
    return result.modified_count


def _add_site(site: Mapping[str, Any]) -> Document:
    kept = {"$ifNull": ["$sites", []]}
    return {"$set": {"sites": {"$concatArrays": [kept, [{"$literal": dict(site)}]]}}}


def _drop_tag(tag_id: ObjectId, moment: datetime) -> Document:
    others = {"$filter": {"input": "$tags", "cond": {"$ne": ["$$this", tag_id]}}}
    return {"$set": {"tags": others, "updatedTime": moment}}


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
    """Everybody with the source site who does not have `site` yet gets it."""
    result = db.collection(COLLECTION).update_many(
        {
            "clinicId": clinic_id,
            "$and": [{SITES: source_id}, {SITES: {"$ne": site["id"]}}],
        },
        {"$push": {"sites": dict(site)}, "$set": {"updatedTime": moment}},
    )
    return result.modified_count
