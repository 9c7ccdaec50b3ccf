"""What `manage.py backup` and `manage.py restore` have in common."""

import time
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import backups

_SECONDS = 5.0  # between two lines about one collection


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--continue", action="store_true", help="go on where an interrupted call has come to"
    )


def follow(command: BaseCommand, steps: Iterable[backups.Progress]) -> int:
    """Print how far it is. Returns how many documents there were."""
    numbers: dict[str, int] = {}
    printed = time.monotonic()
    try:
        for step in steps:
            numbers[step.collection] = step.n
            if time.monotonic() - printed >= _SECONDS:
                printed = time.monotonic()
                command.stdout.write(f"{step.collection}: {step.n} of {step.total}")
                command.stdout.flush()
    except backups.BackupError as error:
        raise CommandError(str(error)) from error
    return sum(numbers.values())
