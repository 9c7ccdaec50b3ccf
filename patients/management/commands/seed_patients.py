"""`manage.py seed_patients --clinic ID --count N`: invented patients for demonstrations and measurements."""

import secrets
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pymongo.errors import BulkWriteError

from kernel.errors import Conflict, NotFound
from patients.services.seeding import seed_patients


class Command(BaseCommand):
    help = "Store invented patients with full summaries in a clinic."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", required=True, help="id of the clinic")
        parser.add_argument("--count", type=int, required=True, help="how many patients")
        parser.add_argument("--seed", type=int, help="the same number gives the same people")

    def handle(self, *args: Any, **options: Any) -> None:
        seed = options["seed"] if options["seed"] is not None else secrets.randbits(48)
        started = time.perf_counter()
        try:
            stored = seed_patients(clinic_id=options["clinic"], count=options["count"], seed=seed)
        except (Conflict, NotFound) as error:
            raise CommandError(error.words or error.message) from None
        except BulkWriteError:
            # Its text is the records.
            message = f"people of seed {seed} are stored already: choose another seed"
            raise CommandError(message) from None
        seconds = time.perf_counter() - started
        self.stdout.write(f"{stored} patients stored in {seconds:.1f} s (seed {seed})")
