"""`manage.py backfill_search_keys`: search keys for patients that were written by other systems."""

from typing import Any

from django.core.management.base import BaseCommand

from clinics.services.seeding import backfill_search_keys


class Command(BaseCommand):
    help = "Give search keys to patients without one. Safe to repeat, also while the service runs."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{backfill_search_keys()} patients changed")
