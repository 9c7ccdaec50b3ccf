"""Remove from shared documents what this service has derived and stored there, in batches and with progress, and drop
indexes of its earlier versions: the last step on the way back to another service. Stop the processes of this one first.

Nothing but these fields changes. Services that watch the collections see each change, so --pause may be wanted. May be
ended and repeated at any moment. Says what stays of this service.
"""

import time
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db.migrations.recorder import MigrationRecorder

from kernel import indexes, returning, stored_models
from kernel.commands import seconds


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--pause", type=seconds, default=0.0, metavar="SECONDS", help="after each batch of 500"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Archives come last: what is archived meanwhile takes along what its record still had.
        for collection in sorted(returning.DERIVED, key=_is_archive):
            self._remove(collection, options["pause"])
        dropped = indexes.drop_obsolete(indexes.left_over())
        self.stdout.write(f"indexes of earlier versions dropped: {', '.join(dropped) or 'none'}")
        self._tell_what_stays()

    def _remove(self, collection: str, pause: float) -> None:
        printed, changed = time.monotonic(), 0
        for progress in returning.remove(collection):
            changed = progress.changed
            if time.monotonic() - printed >= 5:
                printed = time.monotonic()
                self._say(f"{collection}: {progress.n} of about {progress.total} documents read")
            time.sleep(pause)
        paths = ", ".join(returning.DERIVED[collection])
        self._say(f"{collection}: {changed} documents had {paths}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _tell_what_stays(self) -> None:
        self.stdout.write("What stays of this service; no other service reads it:")
        for collection, paths in sorted(returning.KEPT.items()):
            self.stdout.write(f"  in {collection}: {', '.join(paths)}")
        self.stdout.write(f"  of staff pages and migrations: {', '.join(_made_by_django())}")
        own = [m._meta.db_table for m in stored_models.described_models() if not m.is_shared]
        self.stdout.write(f"  collections: {', '.join(sorted(own))}")


def _is_archive(collection: str) -> tuple[bool, str]:
    return collection.endswith("_deletions"), collection


def _made_by_django() -> list[str]:
    names = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    names.add(MigrationRecorder.Migration._meta.db_table)
    return sorted(name for name in names if name.startswith(("auth_", "django_")))
