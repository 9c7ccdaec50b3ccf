"""Write a backup into an empty database, with its indexes, and check that nothing is missing and the audit trail is
whole. Start the service afterwards: what was to be sent when the backup was made is sent then, so read "Back up and
restore" in docs/operations.md first.

To try a backup, restore it under another name: TIDEPOOL_CLINIC_DATABASE_NAME=copy manage.py restore FOLDER
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics_site.management import backup_folders
from kernel import backups, db

_MOST_SHOWN = 20


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        backup_folders.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"]
        steps = backups.restore(folder, goes_on=options["continue"])
        n = backup_folders.follow(self, steps)
        problems = backups.check_copy(folder)
        for problem in problems[:_MOST_SHOWN]:
            self.stderr.write(problem)
        if problems:
            message = f"the copy is not what was backed up: {len(problems)} findings"
            raise CommandError(message)
        self.stdout.write(
            f"{n} documents are in the database {db.database_name()}, and all is as it was; "
            "positions of followers (collection followers) are left out, so they begin with a rescan"
        )
