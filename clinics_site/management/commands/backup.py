"""Copy the whole database, as it is at this moment, into a folder, while all services go on. Needs nothing but a
connection to MongoDB. The folder holds patients' data: keep it where only those may read who may read the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinics_site.management import backup_folders
from kernel import backups


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        backup_folders.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"]
        steps = backups.back_up(folder, goes_on=options["continue"])
        n = backup_folders.follow(self, steps)
        self.stdout.write(f"{n} documents are in {folder}")
