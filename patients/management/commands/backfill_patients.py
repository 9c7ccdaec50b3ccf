"""`manage.py backfill_patients`: what this service keeps beside the fields that other systems wrote."""

from typing import Any

from django.core.management.base import BaseCommand

from patients.services import seeding, text_backfills


class Command(BaseCommand):
    help = (
        "Give search keys and texts of summaries to patients without them. "
        "Safe to repeat, also while the service runs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{text_backfills.make_patients_normal()} names and MRNs changed")
        self.stdout.write(f"{seeding.backfill_search_keys()} search keys stored")
        self.stdout.write(f"{seeding.backfill_summary_texts()} texts of summaries stored")
