"""Indexes of the processing records, and of work on many patients."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from kernel.indexes import declare

declare(
    "ehrProcessing",
    IndexModel(
        [("kind", ASCENDING), ("documentId", ASCENDING)], name="UniqueProcessing", unique=True
    ),
    IndexModel([("orderId", ASCENDING), ("documentTime", DESCENDING)], name="ProcessingByOrder"),
    IndexModel(
        [("clinicId", ASCENDING), ("kind", ASCENDING), ("_id", DESCENDING)],
        name="ProcessingByClinicAndKind",
    ),
    IndexModel([("state", ASCENDING), ("_id", DESCENDING)], name="ProcessingByState"),
    # Runs: the sends of one sync call share clinic and time, also in their records.
    IndexModel(
        [
            ("kind", ASCENDING),
            ("documentTime", DESCENDING),
            ("clinicId", ASCENDING),
            ("state", ASCENDING),
        ],
        name="ProcessingByRun",
    ),
)
declare(
    "ehrBulkRuns",
    IndexModel([("clinicId", ASCENDING), ("_id", DESCENDING)], name="BulkRunsOfClinic"),
    IndexModel([("createdTime", ASCENDING)], name="BulkRunsCleanup", expireAfterSeconds=30 * 86400),
)
