"""Schemas of migrations of legacy accounts."""

from clinics.choices import MigrationStatus
from kernel.api import schema as s


def _time(words: str) -> s.Schema:
    return s.date_time(read_only=True, description=words)


_STATUS = s.component(
    "migrationStatus.v1",
    s.string(
        enum=MigrationStatus.values,
        description="`PENDING`: not begun; `RUNNING`: patients are being moved; `COMPLETED`: all are moved.",
    ),
)

MIGRATION = s.component(
    "migration.v1",
    s.obj(
        {
            "userId": s.literal(min_length=1, description="User id of the legacy account."),
            "status": _STATUS,
            "createdTime": _time("When the migration was asked for."),
            "updatedTime": _time("When its status last changed."),
            "attestationTime": _time("Ignored in requests, and in no answer."),
        },
        required=["userId", "createdTime", "updatedTime"],
        description="The move of a legacy account's patients into a clinic.",
    ),
)
MIGRATION_CREATE = s.written(
    "MigrationCreate",
    MIGRATION,
    ignored=["status"],
    description="The legacy account whose patients are moved.",
)
MIGRATIONS = s.component("migrations.v1", s.array(MIGRATION, description="Oldest first."))
MIGRATION_UPDATE = s.component(
    "migrationUpdate.v1",
    s.obj({"status": _STATUS}, required=["status"], description="The new status."),
)
TRIGGER = s.component(
    "triggerMigration.v1",
    s.obj(
        {"attestationSubmitted": s.boolean(description="Accepted and ignored.")},
        description="Nothing of it counts.",
    ),
)
