"""Stored counts of a clinic's patients, updated in the transaction that changes the patients.

`patientCounts`: {_id: clinic, total, demo, plan, sources: {<provider>: {<state>: n}}, tags: {<id>: n},
sites: {<id>: n}, issues: {<code>: n}, generation, countedTime, doubtedTime?}. The clinic's own `patientCount` is the
published copy of all but tags, sites and issues. A document that lacks any of these numbers, left so by an older
version or by another program, counts as missing. `generation` changes whenever a number is set instead of added to,
`countedTime` is the time of the last full count, and `doubtedTime` the time at which a worker was asked for the next
one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import Int64, ObjectId
from pymongo import ReturnDocument

from kernel import clock, db
from kernel.db import Document
from patients import kept
from patients.store import list_rows, patients, tags_and_sites
from patients.store.tags_and_sites import SITES, TAGS

COLLECTION = kept.COUNTS
NUMBERS, MAPS = ("total", "demo", "plan"), ("sources", "tags", "sites", "issues")
_NO_LIST = {"$not": {"$type": "array"}}  # a condition on an array field tests its elements
_COMPLETE: Document = {
    **{name: {"$type": ["int", "long"], "$gte": 0, **_NO_LIST} for name in NUMBERS},
    **{name: {"$type": "object", **_NO_LIST} for name in MAPS},
}
_OTHERS = ["double", "decimal", "string", "array", "bool", "null"]
_NUMBER_OR_NONE = {"$not": {"$type": [*_OTHERS, "object"]}}
_MAP_OR_NONE = {"$not": {"$type": [*_OTHERS, "int", "long"]}}
# Joins a clinic's counts to it, as a list.
LOOKUP: Document = {
    "$lookup": {"from": COLLECTION, "localField": "_id", "foreignField": "_id", "as": "counts"}
}
_TOUCH: Document = {"$inc": {"placeChanges": 1}}
KINDS = {TAGS: "tags", SITES: "sites"}
ISSUES = "issues"


def path(field: str, tag_or_site_id: ObjectId) -> str:
    """The path of a tag's or site's count in the stored document."""
    return f"{KINDS[field]}.{tag_or_site_id}"


def find_counts(clinic_id: ObjectId) -> Document | None:
    counts = db.collection(COLLECTION).find_one({"_id": clinic_id})
    return counts if counts and is_complete(counts) else None


def list_counts(clinic_ids: Sequence[ObjectId]) -> list[Document]:
    rows = db.collection(COLLECTION).find({"_id": {"$in": list(clinic_ids)}})
    return [counts for counts in rows if is_complete(counts)]


def sum_totals() -> int:
    """Patients of all clinics that were counted."""
    totals = {"$group": {"_id": None, "total": {"$sum": "$total"}}}
    return sum(int(found["total"]) for found in db.collection(COLLECTION).aggregate([totals]))


def list_clinics_with(fewest: int, *, among: Sequence[ObjectId]) -> list[ObjectId]:
    query = {"_id": {"$in": list(among)}, "total": {"$gte": fewest}}
    return [found["_id"] for found in db.collection(COLLECTION).find(query, {"_id": 1})]


def joined_counts(clinic: Document) -> Document | None:
    """The counts that LOOKUP joined, if they are complete."""
    counts = next(iter(clinic.get("counts") or ()), None)
    return counts if counts and is_complete(counts) else None


def is_complete(counts: Document) -> bool:
    """Whether all numbers are present and whole. The count of a tag may be below 0 for a moment."""
    return (
        all(_is_whole(counts.get(name)) and counts[name] >= 0 for name in NUMBERS)
        and all(_are_numbers(counts.get(name)) for name in ("tags", "sites", "issues"))
        and isinstance(counts.get("sources"), dict)
        and all(_are_numbers(states) for states in counts["sources"].values())
    )


def _are_numbers(part: Any) -> bool:
    return isinstance(part, dict) and all(_is_whole(n) for n in part.values())


def _is_whole(value: Any) -> bool:
    return type(value) in (int, Int64)


def add_counts(
    clinic_id: ObjectId, changes: Mapping[str, int], *, below_plan: int | None = None
) -> Document | None:
    """The counts after the change; None when none are stored yet or `plan` has reached `below_plan`."""
    query: dict[str, Any] = {"_id": clinic_id, **_fits(changes), **_COMPLETE}
    if below_plan is not None:
        query["plan"] = {**_COMPLETE["plan"], "$lt": below_plan}
    return db.collection(COLLECTION).find_one_and_update(
        query, {"$inc": dict(changes)}, return_document=ReturnDocument.AFTER
    )


def _fits(paths: Iterable[str]) -> Document:
    """The condition that each path holds a number or nothing, so that it can be incremented. Counts that another
    system has broken do not match, and so count as missing."""
    numbers = dict.fromkeys(paths, _NUMBER_OR_NONE)
    providers = {path.rpartition(".")[0] for path in numbers if path.startswith("sources.")}
    return {**numbers, **dict.fromkeys(providers, _MAP_OR_NONE)}


def replace_counts(clinic_id: ObjectId, counts: Document) -> None:
    fields = {name: counts[name] for name in (*NUMBERS, *MAPS)}
    change = {
        "$set": {**fields, "generation": ObjectId(), "countedTime": clock.now()},
        "$unset": {"doubtedTime": ""},
    }
    db.collection(COLLECTION).update_one({"_id": clinic_id}, change, upsert=True)


def correct_counts(
    clinic_id: ObjectId, corrections: Mapping[str, int], *, generation: ObjectId | None
) -> Document | None:
    """The counts after the correction; None when they were replaced after the comparison."""
    change: Document = {"$set": {"countedTime": clock.now()}, "$unset": {"doubtedTime": ""}}
    if corrections:
        change["$inc"] = dict(corrections)
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": clinic_id, "generation": generation},
        change,
        return_document=ReturnDocument.AFTER,
    )


def remove_paths(clinic_id: ObjectId, paths: Iterable[str]) -> Document | None:
    """The counts after these paths were removed."""
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": clinic_id},
        {"$unset": dict.fromkeys(paths, "")},
        return_document=ReturnDocument.AFTER,
    )


def claim_doubt(clinic_id: ObjectId, moment: datetime, *, before: datetime) -> bool:
    """Whether the caller is the first since `before` to doubt the counts, and so has to ask for a new count."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "doubtedTime": {"$not": {"$gt": before}}},
        {"$set": {"doubtedTime": moment}},
    )
    return result.matched_count > 0


def find_recount(clinic_id: ObjectId) -> Document | None:
    """{countedTime?, doubtedTime?, issues?}, also where the counts themselves are not stored yet; None where nothing
    is."""
    times = {"_id": 0, "countedTime": 1, "doubtedTime": 1, "issues": 1}
    return db.collection(COLLECTION).find_one({"_id": clinic_id}, times)


def insert_doubt(clinic_id: ObjectId, moment: datetime) -> None:
    """For a clinic about which nothing is stored; what is stored then still counts as missing."""
    db.collection(COLLECTION).insert_one({"_id": clinic_id, "doubtedTime": moment})


def release_doubt(clinic_id: ObjectId) -> None:
    db.collection(COLLECTION).update_one({"_id": clinic_id}, {"$unset": {"doubtedTime": ""}})


def set_count(clinic_id: ObjectId, count_path: str, n: int) -> Document | None:
    """Set the count of one tag or site, by its path. The counts after the change; None when none are stored yet.

    What was compared before must not be added to it, so the generation moves too."""
    change: Document = {"$set": {"generation": ObjectId()}}
    if n:
        change["$set"][count_path] = n
    else:
        change["$unset"] = {count_path: ""}
    return db.collection(COLLECTION).find_one_and_update(
        {"_id": clinic_id, **_COMPLETE}, change, return_document=ReturnDocument.AFTER
    )


def remove_count(clinic_id: ObjectId, count_path: str) -> bool:
    """Writes even where nothing is counted, for the reason given in `touch_counts`."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id}, {"$unset": {count_path: ""}, **_TOUCH}
    )
    return result.matched_count > 0


def touch_counts(clinic_id: ObjectId) -> bool:
    """Giving a patient a tag or site writes the counts too, so this write conflicts with it: one of the two is
    repeated and reads the clinic again. False when no counts are stored yet."""
    result = db.collection(COLLECTION).update_one({"_id": clinic_id}, _TOUCH)
    return result.matched_count > 0


def touch_missing(clinic_id: ObjectId) -> None:
    """As `touch_counts`, and makes the document, which counts as missing."""
    db.collection(COLLECTION).update_one({"_id": clinic_id}, _TOUCH, upsert=True)


def insert_empty_counts(clinic_id: ObjectId) -> None:
    """Store the counts of a new clinic."""
    empty: Document = {**dict.fromkeys(NUMBERS, 0), **{name: {} for name in MAPS}}
    db.collection(COLLECTION).insert_one({"_id": clinic_id, **empty, "countedTime": clock.now()})


def remove_counts(clinic_id: ObjectId) -> None:
    """Remove the counts of a deleted clinic."""
    db.collection(COLLECTION).delete_one({"_id": clinic_id})


def confirm_counts(clinic_id: ObjectId, *, generation: ObjectId | None) -> bool:
    """Note that everything was counted and is right; False when the counts were replaced after the comparison."""
    change = {"$set": {"countedTime": clock.now()}, "$unset": {"doubtedTime": ""}}
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "generation": generation}, change
    )
    return result.matched_count > 0


# --- counting again, all of a small clinic at once ---------------------------------------------------
def join_records(clinic_id: ObjectId) -> Document:
    """A `$lookup` of the number of records, from index keys: [{n}], empty for none."""
    counted: list[Document] = [{"$match": {"clinicId": clinic_id}}, {"$count": "n"}]
    return {"$lookup": {"from": patients.COLLECTION, "pipeline": counted, "as": "records"}}


def join_sums(clinic_id: ObjectId, *, demo_id: str, most: int) -> Document:
    """A `$lookup` of what the rows of up to `most` patients add up to: [{_id: {of, id}, n}], where `of` is TAGS, SITES,
    ISSUES (whose ids are codes), "sources" or, for the sources of the demo patient, "demo"."""
    is_demo = {"$eq": ["$userId", demo_id or None]}
    sources = {"of": {"$cond": [is_demo, "demo", "sources"]}, "id": "$sources"}
    has_issue = {"$and": [{"$not": is_demo}, {"$gt": ["$issue", None]}]}
    issue = {"$cond": [has_issue, [{"of": ISSUES, "id": "$issue"}], []]}
    counted: list[Document] = [
        {"$match": {"clinicId": clinic_id}},
        {"$limit": most},
        {"$project": {"item": {"$concatArrays": [*tags_and_sites.ITEMS, issue, [sources]]}}},
        {"$unwind": "$item"},
        {"$group": {"_id": "$item", "n": {"$sum": 1}}},
    ]
    return {"$lookup": {"from": list_rows.COLLECTION, "pipeline": counted, "as": "sums"}}


# --- counting again, from index keys -----------------------------------------------------------------
def count_patients(clinic_id: ObjectId) -> int:
    return db.collection(patients.COLLECTION).count_documents(
        {"clinicId": clinic_id}, hint="UniquePatient"
    )


def count_with_provider(clinic_id: ObjectId, provider: str) -> int:
    return db.collection(patients.COLLECTION).count_documents(
        {"clinicId": clinic_id, "dataSources.providerName": provider},
        hint="DataSourcesProviderName",
    )


def count_by_sources(clinic_id: ObjectId) -> list[tuple[Document, int]]:
    """Rows of lists with nothing but their `sources`, and how many patients have just these."""
    pipeline: list[Document] = [
        {"$match": {"clinicId": clinic_id}},
        {"$group": {"_id": "$sources", "n": {"$sum": 1}}},
    ]
    groups = db.collection(list_rows.COLLECTION).aggregate(pipeline, hint="ListSources")
    return [({"sources": group["_id"]}, group["n"]) for group in groups]


def find_row_of_user(clinic_id: ObjectId, user_id: str) -> Document | None:
    record = patients.find_patient(clinic_id, user_id, {"clinicId": 1}) if user_id else None
    return None if record is None else list_rows.find(record)
