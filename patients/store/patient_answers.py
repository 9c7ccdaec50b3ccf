"""`patientAnswers`: the texts in which lists show summaries (`patients.summary_answers`).

{_id (the record's), cgmStats: {text, of}, bgmStats: {text, of}}
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import DeleteOne, ReplaceOne, UpdateOne

from kernel import db, safe_reading
from kernel.db import Document
from patients import kept
from patients.summary_answers import PARTS, answers_of

COLLECTION = kept.TEXTS


def insert(records: Sequence[Mapping[str, Any]]) -> None:
    answers = [
        {"_id": record["_id"], **found} for record in records if (found := answers_of(record))
    ]
    if answers:
        db.collection(COLLECTION).insert_many(answers)


def update(
    ids: Sequence[ObjectId],
    record: Mapping[str, Any],
    names: Sequence[str] = PARTS,
    *,
    may_be_new: bool,
) -> bool:
    """After these parts of the summaries of all these records have become those of `record`. False if some had no
    texts before; those are made only if they may be new."""
    answers = answers_of(record)
    written = {name: answers[name] for name in names if name in answers}
    removed = dict.fromkeys((name for name in names if name not in answers), "")
    change = {operator: n for operator, n in (("$set", written), ("$unset", removed)) if n}
    if not change or not ids:
        return True
    operations = [UpdateOne({"_id": i}, change, upsert=may_be_new and bool(written)) for i in ids]
    done = db.collection(COLLECTION).bulk_write(operations, ordered=False)
    return bool(done.matched_count == len(ids))


def remove(ids: Sequence[ObjectId]) -> None:
    db.collection(COLLECTION).delete_many({"_id": {"$in": list(ids)}})


def list_wrong(
    ids: Sequence[ObjectId], expected: Mapping[ObjectId, Document]
) -> dict[ObjectId, Document]:
    """Those that differ, as they should be; empty for none."""
    stored = {a.pop("_id"): a for a in db.collection(COLLECTION).find({"_id": {"$in": list(ids)}})}
    wanted = {i: expected.get(i) or {} for i in ids}
    return {
        i: answers
        for i, answers in wanted.items()
        if not safe_reading.is_same(answers, stored.get(i, {}))
    }


def estimate() -> int:
    return db.database()[COLLECTION].estimated_document_count()


def replace(answers: Mapping[ObjectId, Document]) -> None:
    """Those that are empty are removed."""
    operations = [
        ReplaceOne({"_id": i}, wanted, upsert=True) if wanted else DeleteOne({"_id": i})
        for i, wanted in answers.items()
    ]
    if operations:
        db.collection(COLLECTION).bulk_write(operations, ordered=False)


def list_by_ids(ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """With naive times, as records that are shown have them."""
    answers = db.unread(COLLECTION).find({"_id": {"$in": list(ids)}}, batch_size=len(ids) + 1)
    return {answer["_id"]: answer for answer in answers}
