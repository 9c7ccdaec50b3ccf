"""The program of Celery's scheduler without its banner: all that a process writes is JSON."""

from typing import Any

from celery.apps import beat


class Beat(beat.Beat):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "quiet": True})
