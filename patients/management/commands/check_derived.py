"""Compare what is derived from records of patients (lists, counts, texts of answers) with the records, and say for each
clinic how many of what are wrong. With --repair they are made right. Ends with 1 if something stays wrong.

A published count, which the clinic's shared document has, may be old because another service has left it so. That is
told and is no reason to end with 1; --repair writes it again.

While someone writes, a patient can differ for some seconds.
"""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic_records.services import access
from kernel import ids
from kernel.commands import seconds
from patients.services import derivation_walks
from patients.services.derivation_walks import FAILED, Found, Step, Work
from patients.services.patient_counts import PUBLISHED


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="correct what is wrong")
        parser.add_argument("--clinic", help="only this one, by its id")
        parser.add_argument(
            "--pause",
            type=seconds,
            default=0.0,
            metavar="SECONDS",
            help="between two batches of 100 patients, to leave the database to others",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        work, checked = Work(repairs=options["repair"]), 0
        found: Found = Counter()
        for step in _steps(options["clinic"], work):
            checked += step.n_records
            found += step.found
            time.sleep(options["pause"])
        self._print(found, checked)
        remaining = sum(n for (_, kind), n in found.items() if _stays_wrong(kind, work))
        if remaining:
            message = f"{remaining} differences" + (
                "" if work.repairs else ": --repair corrects them"
            )
            raise CommandError(message)

    def _print(self, found: Found, checked: int) -> None:
        clinics = sorted({clinic_id for clinic_id, _ in found}, key=str)
        for clinic_id in clinics:
            kinds = sorted((kind, n) for (of, kind), n in found.items() if of == clinic_id)
            listed = ", ".join(f"{kind} {n}" for kind, n in kinds)
            self.stdout.write(f"{clinic_id or 'clinic unknown'}: {listed}")
        self.stdout.write(f"{checked} patients checked, {found.total()} differences")


def _stays_wrong(kind: str, work: Work) -> bool:
    return kind == FAILED if work.repairs else kind != PUBLISHED


def _steps(clinic: str | None, work: Work) -> Iterator[Step]:
    if clinic is None:
        yield from derivation_walks.whole(work)
        return
    clinic_id = ids.parse_id(clinic)
    if clinic_id is None or access.find_clinic(clinic_id, {"_id": 1}) is None:
        message = f"{clinic} is not the id of a clinic"
        raise CommandError(message, returncode=2)
    yield from derivation_walks.of_clinic(clinic_id, work)
