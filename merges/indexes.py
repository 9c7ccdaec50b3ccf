"""Indexes of the collections of merges."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from kernel.indexes import declare
from merges.choices import MergeState

declare(
    "clinicMerges",
    IndexModel(
        [("sourceId", ASCENDING), ("targetId", ASCENDING)],
        name="UniqueRunningMerge",
        unique=True,
        partialFilterExpression={
            "state": {"$in": [MergeState.RUNNING.value, MergeState.TAKING_BACK.value]}
        },
    ),
    IndexModel([("sourceId", ASCENDING), ("_id", DESCENDING)], name="MergesBySource"),
    IndexModel([("targetId", ASCENDING), ("_id", DESCENDING)], name="MergesByTarget"),
)
declare(
    "clinicMergeItems",
    IndexModel(
        [("mergeId", ASCENDING), ("number", ASCENDING)], name="UniqueMergeItem", unique=True
    ),
    IndexModel(
        [("mergeId", ASCENDING), ("isDone", ASCENDING), ("number", ASCENDING)],
        name="MergeItemsByState",
    ),
)
declare("merge_plans", IndexModel([("planId", ASCENDING)], name="MergePlansByPlan"))
# Our own, as the collection: shown or removed by merge.
declare("clinicMergeDocuments", IndexModel([("planId", ASCENDING)], name="MergeDocumentsByPlan"))
