"""Check the audit trail: every row as it was written, none missing, none moved.

Prints the end of the chain as NUMBER:SEAL. Keep that line outside the database, for example daily, and give
it back as --anchor: it then also proves that nobody cut the end off and put an older copy in its place.
"""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics_site.core import audit

_MOST_SHOWN = 20


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--environment", default=settings.ENVIRONMENT)
        parser.add_argument("--anchor", type=_anchor, help="NUMBER:SEAL printed by an earlier run")

    def handle(self, *args: Any, **options: Any) -> None:
        chain = options["environment"]
        count = 0
        for count, flaw in enumerate(audit.verify(chain, anchor=options["anchor"]), start=1):
            if count <= _MOST_SHOWN:
                self.stderr.write(
                    f"event {flaw.number} {flaw.event_id}".rstrip() + f": {flaw.what}"
                )
        if count:
            message = f"the audit trail of {chain} is not intact: {count} findings"
            raise CommandError(message)
        number, seal = audit.end_of(chain)
        self.stdout.write(f"{number} events of {chain} are intact")
        self.stdout.write(f"anchor: {number}:{seal}")


def _anchor(text: str) -> tuple[int, str]:
    number, separator, seal = text.partition(":")
    if not separator or not number.isdigit():
        raise argparse.ArgumentTypeError("an anchor looks like 120:3f9c…")  # noqa: EM101
    return int(number), seal
