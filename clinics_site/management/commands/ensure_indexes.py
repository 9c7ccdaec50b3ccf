"""Create every missing index, and bring older documents into the present form. Safe to repeat, and safe while
the service runs. Says of each index that could not be made why, what does not hold meanwhile, and what to do; then the
exit code is 1."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic_records.services import access
from kernel import backfills, indexes

_MOST_CLINICS = 50


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--replace", action="store_true", help="drop indexes of the same name but another shape"
        )
        parser.add_argument(
            "--drop-earlier",
            action="store_true",
            help="drop indexes of earlier versions, once no process of one of them runs",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["drop_earlier"]:
            self.stdout.write(_dropped(indexes.drop_obsolete(indexes.left_over())))
        report = indexes.ensure(replace=options["replace"])
        self.stdout.write(f"{len(report.created)} indexes created")
        for problem in report.problems:
            self.stderr.write("\n".join(_lines(problem)))
        left_over = indexes.left_over()
        if left_over:
            self.stdout.write(_names_of(left_over))
        for name, changed in backfills.run().items():
            self.stdout.write(f"{name}: {changed} documents changed")
        if report.problems:
            message = f"{len(report.problems)} indexes are missing, as said above; everything else was done"
            raise CommandError(message)


def _lines(problem: indexes.Problem) -> Iterator[str]:
    yield f"{problem.title} is missing: {problem.text}."
    shown = list(problem.clinics)[:_MOST_CLINICS]
    names = access.names_of_clinics(shown) if shown else {}
    for clinic_id in shown:
        yield f"  {clinic_id} {names.get(clinic_id, '')}: {problem.clinics[clinic_id]}"
    if len(problem.clinics) > _MOST_CLINICS:
        yield f"  and {len(problem.clinics) - _MOST_CLINICS} more clinics"
    yield f"  Meanwhile {problem.without}."
    yield f"  {problem.remedy}"


def _names_of(left_over: list[str]) -> str:
    return (
        f"{len(left_over)} indexes of earlier versions, which cost every write and which this version does not use: "
        f"{', '.join(left_over)}. `manage.py ensure_indexes --drop-earlier` drops them; before that, "
        "stop the processes of earlier versions, which cannot read without them"
    )


def _dropped(titles: list[str]) -> str:
    return f"indexes of earlier versions dropped: {', '.join(titles) or 'none'}"
