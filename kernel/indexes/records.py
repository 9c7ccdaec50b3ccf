"""What could not be made when it was tried last, in the collection `missingIndexes`: for staff, metrics and the next
try."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kernel import clock, db
from kernel.indexes.problems import Problem

COLLECTION = "missingIndexes"
EVERY = timedelta(days=1)


def last_problems() -> list[db.Document]:
    """With `title` for `_id`, which templates cannot name."""
    found = db.collection(COLLECTION).find({}, sort=[("_id", 1)])
    return [{**document, "title": document["_id"]} for document in found]


def note(problems: Sequence[Problem], *, tried: Sequence[str] | None) -> None:
    """`tried`: only these were tried; None: all."""
    for problem in problems:
        db.collection(COLLECTION).update_one(
            {"_id": problem.title}, {"$set": _document(problem, clock.now())}, upsert=True
        )
    solved: db.Document = {"_id": {"$nin": [problem.title for problem in problems]}}
    if tried is not None:
        solved = {"$and": [solved, {"_id": {"$in": list(tried)}}]}
    db.collection(COLLECTION).delete_many(solved)


def claim_due() -> list[str]:
    """What has not been tried for a day. The claim keeps other processes from trying it meanwhile."""
    moment = clock.now()
    due = {"nextTime": {"$lte": moment}}
    titles = [row["_id"] for row in db.collection(COLLECTION).find(due, {"_id": 1})]
    return [title for title in titles if _claim(title, moment)]


def _claim(title: str, moment: datetime) -> bool:
    change = {"$set": {"nextTime": moment + EVERY}}
    due = {"_id": title, "nextTime": {"$lte": moment}}
    return db.collection(COLLECTION).update_one(due, change).modified_count == 1


def _document(problem: Problem, moment: datetime) -> db.Document:
    return {
        "reason": problem.reason.value,
        "text": problem.text,
        "without": problem.without,
        "remedy": problem.remedy,
        "records": problem.records,
        "clinicCount": len(problem.clinics),
        "checkedTime": moment,
        "nextTime": moment + EVERY,
    }
