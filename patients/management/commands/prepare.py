"""Prepare a database that another service, or an earlier version of this one, has served: make what is missing of
collections and indexes, and derive what lists, searches and counts read, with progress.

May be ended at any moment and called again: it continues. Safe while that service or version serves.
"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel import collections, indexes
from patients.services import preparing
from patients.services.preparing import Progress

_EVERY = 5.0  # seconds


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._prepare()
        except KeyboardInterrupt:
            message = "Interrupted. Call it again, and it continues."
            raise CommandError(message, returncode=130) from None

    def _prepare(self) -> None:
        self._make_indexes()
        last, printed = None, time.monotonic()
        for progress in preparing.prepare():
            is_new_phase = last is not None and progress.phase != last.phase
            if is_new_phase or time.monotonic() - printed >= _EVERY:
                printed = time.monotonic()
                self._print(last or progress)
            last = progress
        if last is not None:
            self._print(last)
        self.stdout.write(f"Prepared; {last.corrected if last else 0} differences corrected")

    def _print(self, progress: Progress) -> None:
        self.stdout.write(f"{progress.phase}: {progress.n} of about {progress.total}")
        self.stdout.flush()

    def _make_indexes(self) -> None:
        collections.remake()
        report = indexes.ensure()
        self.stdout.write(f"{len(report.created)} indexes created")
        if report.problems:
            titles = ", ".join(problem.title for problem in report.problems)
            self.stderr.write(f"Missing, as `manage.py ensure_indexes` explains: {titles}")
