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
    # Records that resemble another are shown as they were before the merge.
    IndexModel([("mergeId", ASCENDING), ("recordId", ASCENDING)], name="MergeItemsByRecord"),
    IndexModel(
        [("mergeId", ASCENDING), ("before.otherId", ASCENDING)],
        name="MergeItemsByOther",
        partialFilterExpression={"before.otherId": {"$exists": True}},
    ),
)
declare("merge_plans", IndexModel([("planId", ASCENDING)], name="MergePlansByPlan"))
# Our own, as the collection: shown or removed by merge.
declare("clinicMergeDocuments", IndexModel([("planId", ASCENDING)], name="MergeDocumentsByPlan"))
