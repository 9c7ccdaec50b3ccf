"""Check the records of accesses to patients' data: every batch is as it was written, and none is missing.

Names processes that ended without saying so, too: their accesses of the last second may be missing.
"""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import clock, commands
from kernel.accesses.checking import Check

_MOST_SHOWN = 20


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=commands.at_least_one, help="only what was written in the last DAYS days"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        check = Check(clock.now() - timedelta(days=days)) if days else Check()
        count = 0
        for count, flaw in enumerate(check.flaws(), start=1):
            if count <= _MOST_SHOWN:
                self.stderr.write(str(flaw))
        for process in check.silent:
            self.stdout.write(f"process {process} ended without saying so")
        if count:
            message = f"the records of accesses are not intact: {count} findings"
            raise CommandError(message)
        self.stdout.write(f"{check.records} records of accesses are intact")
