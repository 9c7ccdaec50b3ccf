"""Create every missing index, and bring older documents into the present form. Safe to repeat, and safe while
the service runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kernel import backfills, indexes


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--replace", action="store_true", help="drop indexes of the same name but another shape"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = indexes.ensure(replace=options["replace"])
        self.stdout.write(f"{len(report.created)} indexes created")
        for title in report.conflicting:
            self.stderr.write(f"{title} exists in another shape; see --replace")
        for name, changed in backfills.run().items():
            self.stdout.write(f"{name}: {changed} documents changed")
