"""Print the role of the service's database user, as MongoDB's command that creates it: it reads and adds everywhere,
and changes and removes nothing of the audit trail and of the access records.

MongoDB has no role that takes a right away, so each collection that may be changed is named. A right to make indexes
would be one to remove: an index can let documents expire.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from kernel import audit, audit_anchors, db
from kernel.accesses import rows
from patients import kept

NAME = "clinicService"
ONLY_ADDED = (audit.COLLECTION, audit_anchors.COLLECTION, rows.RECORDS, rows.BATCHES)
_ANYWHERE = ("find", "insert", "createCollection", "listCollections", "listIndexes", "changeStream")
_WHERE_CHANGED = ("update", "remove", "createIndex", "dropIndex", "dropCollection")


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        privileges = ",\n".join(json.dumps(p) for p in _privileges(db.database_name()))
        self.stdout.write(
            f'{{"createRole": "{NAME}", "roles": [], "privileges": [\n{privileges}\n]}}'
        )


def _privileges(database: str) -> Iterator[dict[str, Any]]:
    yield {"resource": {"db": database, "collection": ""}, "actions": list(_ANYWHERE)}
    for name in sorted(_changed() - set(ONLY_ADDED)):
        yield {"resource": {"db": database, "collection": name}, "actions": list(_WHERE_CHANGED)}


def _changed() -> set[str]:
    """Those of all models, and what earlier versions have derived, which goes when they are not used any more."""
    models = apps.get_models(include_auto_created=True)
    versions = range(1, kept.VERSION + 1)
    derived = {kept.named(base, version) for base in kept.BASES for version in versions}
    tables = {model._meta.db_table for model in models}
    return tables | derived | {kept.COUNTS_WITHOUT_VERSION, "django_migrations"}
