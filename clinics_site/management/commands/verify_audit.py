"""Check the audit trail of every environment in the database: every row is as it was written, none is missing
or moved.

Without options the trail is compared with the anchors in the database. Anchors from outside it, which this
command prints and the log contains, also reveal whether trail and anchors were deleted or restored together:

    journalctl --unit clinics-worker | manage.py verify_audit --log -
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import audit_anchors
from kernel.audit_check import Check

_MOST_SHOWN = 20
_HINT = ". If AUDIT_KEY was ever changed, AUDIT_OLD_KEYS has to name its earlier values"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            type=_anchor,
            help="an anchor of this environment that an earlier run printed",
        )
        parser.add_argument(
            "--log", help="a file with the service's log lines; - reads standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        given_anchors = [*options["anchor"], *_logged(options["log"])]
        check = Check(given_anchors)
        count = 0
        for count, flaw in enumerate(check.flaws(), start=1):
            if count <= _MOST_SHOWN:
                self.stderr.write(str(flaw))
        if count:
            message = f"the audit trail is not intact: {count} findings{_HINT}"
            raise CommandError(message)
        for chain, walk in check.walks.items():
            self.stdout.write(f"{walk.number} events of {chain} are intact")
        self.stdout.write(f"anchor: {audit_anchors.write(settings.ENVIRONMENT)}")


def _anchor(text: str) -> audit_anchors.Anchor:
    try:
        return audit_anchors.parse(settings.ENVIRONMENT, text)
    except ValueError:
        message = "an anchor looks like 120:3f9c…:1795759401000:77ab…"
        raise argparse.ArgumentTypeError(message) from None


def _logged(name: str | None) -> list[audit_anchors.Anchor]:
    """Every anchor in a log, which may contain other lines, and other text before the JSON of a line."""
    if name is None:
        return []
    text = sys.stdin.read() if name == "-" else Path(name).read_text(errors="replace")
    anchors = [anchor for line in text.splitlines() for anchor in _in_line(line)]
    if not anchors:
        message = "there is no anchor in the log"
        raise CommandError(message)
    return anchors


def _in_line(line: str) -> Iterator[audit_anchors.Anchor]:
    try:
        entry = json.loads(line[line.find("{") :])
        if entry["event"] in audit_anchors.LOGGED:
            yield audit_anchors.parse(str(entry["environment"]), entry["anchor"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # a line of another program
