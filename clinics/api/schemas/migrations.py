"""Schemas of migrations of legacy accounts."""

from clinics.choices import MigrationStatus
from kernel.api import schema as s

_READ_ONLY_TIME = s.date_time(read_only=True)
_STATUS = s.component("migrationStatus.v1", s.string(enum=MigrationStatus.values))

MIGRATION = s.component(
    "migration.v1",
    s.obj(
        {
            "userId": s.literal(min_length=1, description="The legacy clinician account."),
            "status": _STATUS,
            "createdTime": _READ_ONLY_TIME,
            "updatedTime": _READ_ONLY_TIME,
            "attestationTime": _READ_ONLY_TIME,
        },
        required=["userId", "createdTime", "updatedTime"],
        description="The move of a legacy account's patients into a clinic.",
    ),
)
MIGRATIONS = s.component("migrations.v1", s.array(MIGRATION))
MIGRATION_UPDATE = s.component(
    "migrationUpdate.v1", s.obj({"status": _STATUS}, required=["status"])
)
TRIGGER = s.component("triggerMigration.v1", s.obj({"attestationSubmitted": s.boolean()}))
