"""Tags and sites on patient documents: how many patients have each, and changes to all patients who have one.

A patient refers to a tag by id and carries a copy of each site, `{id, name}`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bson import ObjectId

from kernel import db, updates
from kernel.db import Document
from patients.store import list_rows
from patients.store.patients import COLLECTION, ONE

TAGS, SITES = "tags", "sites.id"
KEYS = {TAGS: "ListTags", SITES: "ListSites"}
ROWS = {TAGS: "tags", SITES: "sites"}  # the fields in rows of lists
_SHARED_KEYS = {TAGS: "PatientTagsV2", SITES: "Sites"}  # indexes of the records
TagOrSite = tuple[ObjectId, str, ObjectId]  # clinic, TAGS or SITES, id
# {of, id} of each tag of a row, and of each of its sites.
ITEMS: list[Document] = [
    {
        "$map": {
            "input": {"$setUnion": [{"$ifNull": [f"${name}", []]}, []]},
            "in": {"of": field, "id": "$$this"},
        }
    }
    for field, name in ROWS.items()
]


def count_patients(tag_or_site: TagOrSite) -> int:
    """How many patients one tag or site has, by index keys alone.

    An index over an array cannot return its values, so grouping by it would fetch every patient of the
    clinic; counting the keys of one value fetches none.
    """
    clinic_id, field, tag_or_site_id = tag_or_site
    query = {"clinicId": clinic_id, ROWS[field]: tag_or_site_id}
    return db.collection(list_rows.COLLECTION).count_documents(query, hint=KEYS[field])


def count_all(clinic_id: ObjectId) -> dict[TagOrSite, int]:
    """How many patients each tag and site has, by reading all rows of the clinic: one command, where `count_patients`
    would be one for each of them."""
    pipeline: list[Document] = [
        {"$match": {"clinicId": clinic_id}},
        {"$project": {"item": {"$concatArrays": ITEMS}}},
        {"$unwind": "$item"},
        {"$group": {"_id": "$item", "n": {"$sum": 1}}},
    ]
    groups = db.collection(list_rows.COLLECTION).aggregate(pipeline)
    return {(clinic_id, group["_id"]["of"], group["_id"]["id"]): group["n"] for group in groups}


# --- changes of many patients ----------------------------------------------------------------------------
# Each chunk is a transaction of its own, unless the caller has one.
_CHUNK = 500


def _change(
    clinic_id: ObjectId,
    ids: Iterable[ObjectId],
    condition: Mapping[str, Any],
    change: Any,
    of_rows: Sequence[updates.Stage],
) -> int:
    """Change those of the patients for whom the condition holds. Returns how many.

    Rows get the same change and not the list that the record has: in it may be what another system has just put
    there, which no one has counted yet.
    """

    def change_chunk(chunk: list[ObjectId]) -> int:
        query = {"_id": {"$in": chunk}, "clinicId": clinic_id, **condition}
        found = [row["_id"] for row in db.collection(COLLECTION).find(query, {"_id": 1})]
        if found:
            changed = {"_id": {"$in": found}, "clinicId": clinic_id}
            db.collection(COLLECTION).update_many(changed, change, hint="_id_")
            list_rows.change_many(clinic_id, found, [*of_rows, *_WITHOUT_EMPTY])
        return len(found)

    chunks = db.batches(iter(ids), _CHUNK)
    return sum(db.run_in_transaction(partial(change_chunk, chunk)) for chunk in chunks)


# A row does not have an empty list.
_WITHOUT_EMPTY = [
    {"$set": {name: {"$cond": [{"$eq": [f"${name}", []]}, "$$REMOVE", f"${name}"]}}}
    for name in ROWS.values()
]


def _among(clinic_id: ObjectId, user_ids: Sequence[str] | None) -> list[ObjectId]:
    """These users of the clinic, or all of its patients for None."""
    if user_ids is None:
        return list_rows.list_all(clinic_id)
    query = {"clinicId": clinic_id, "userId": {"$in": list(user_ids)}}
    return [row["_id"] for row in db.collection(COLLECTION).find(query, {"_id": 1}, hint=ONE)]


def _holders(tag_or_site: TagOrSite) -> list[ObjectId]:
    """From the records: their rows do not know yet what another system has written a moment ago."""
    clinic_id, field, tag_or_site_id = tag_or_site
    query = {"clinicId": clinic_id, field: tag_or_site_id}
    found = db.collection(COLLECTION).find(query, {"_id": 1}, hint=_SHARED_KEYS[field])
    return [row["_id"] for row in found]


# --- tags -------------------------------------------------------------------------------------------------
def add_tag(
    clinic_id: ObjectId, user_ids: Sequence[str] | None, tag_id: ObjectId, moment: datetime
) -> int:
    change = [updates.included("tags", tag_id), updates.assigned({"updatedTime": moment})]
    ids = _among(clinic_id, user_ids)
    of_rows = [updates.included("tags", tag_id)]
    return _change(clinic_id, ids, {TAGS: {"$ne": tag_id}}, change, of_rows)


def split_by_tag(
    clinic_id: ObjectId, user_ids: Sequence[str], tag_id: ObjectId | None
) -> tuple[set[str], set[str]]:
    """User ids of those who have the tag, and of those who do not."""
    query = {"clinicId": clinic_id, "userId": {"$in": list(user_ids)}}
    split: tuple[set[str], set[str]] = (set(), set())
    for patient in db.collection(COLLECTION).find(query, {"userId": 1, TAGS: 1}, hint=ONE):
        tags, user_id = patient.get(TAGS), patient["userId"]
        if isinstance(user_id, str):  # a list that holds the sought id is found, too
            split[not (isinstance(tags, list) and tag_id in tags)].add(user_id)
    return split


def remove_tag(
    clinic_id: ObjectId, user_ids: Sequence[str] | None, tag_id: ObjectId, moment: datetime
) -> int:
    ids = _holders((clinic_id, TAGS, tag_id)) if user_ids is None else _among(clinic_id, user_ids)
    change = {"$pull": {"tags": tag_id}, "$set": {"updatedTime": moment}}
    of_rows = [updates.without("tags", tag_id)]
    return _change(clinic_id, ids, {TAGS: tag_id}, change, of_rows)


def replace_tag_by_site(
    clinic_id: ObjectId, tag_id: ObjectId, site: Mapping[str, Any], moment: datetime
) -> int:
    """Everyone with the tag gets the site instead."""
    change = [
        updates.appended("sites", dict(site)),
        updates.without("tags", tag_id),
        updates.assigned({"updatedTime": moment}),
    ]
    ids = _holders((clinic_id, TAGS, tag_id))
    of_rows = [updates.included("sites", site["id"]), updates.without("tags", tag_id)]
    return _change(clinic_id, ids, {TAGS: tag_id}, change, of_rows)


# --- sites ------------------------------------------------------------------------------------------------
def rename_site(clinic_id: ObjectId, site_id: ObjectId, name: str, moment: datetime) -> int:
    result = db.collection(COLLECTION).update_many(
        {"clinicId": clinic_id, SITES: site_id},
        {"$set": {"sites.$[site].name": name, "updatedTime": moment}},
        array_filters=[{"site.id": site_id}],
    )
    return result.modified_count


def remove_site_from_all(clinic_id: ObjectId, site_id: ObjectId, moment: datetime) -> int:
    change = {"$pull": {"sites": {"id": site_id}}, "$set": {"updatedTime": moment}}
    holders = _holders((clinic_id, SITES, site_id))
    of_rows = [updates.without("sites", site_id)]
    return _change(clinic_id, holders, {SITES: site_id}, change, of_rows)


def add_site_where(
    clinic_id: ObjectId, source_id: ObjectId, site: Mapping[str, Any], moment: datetime
) -> int:
    """Everyone with the source site who does not have `site` yet gets it."""
    change = [updates.appended("sites", dict(site)), updates.assigned({"updatedTime": moment})]
    condition = {"$and": [{SITES: source_id}, {SITES: {"$ne": site["id"]}}]}
    holders = _holders((clinic_id, SITES, source_id))
    of_rows = [updates.included("sites", site["id"])]
    return _change(clinic_id, holders, condition, change, of_rows)
