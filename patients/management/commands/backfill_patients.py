"""Edit records of patients: bring names, MRNs and e-mail addresses that other systems have stored to one form (outer
blanks, forms of the same character, capitals in addresses). Searches find people without it. Records of all clinics are
changed, without their `updatedTime`, and other services see the changes. Safe to repeat, also while services run."""

from typing import Any

from django.core.management.base import BaseCommand

from patients.services import text_backfills


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        changed = text_backfills.make_patients_normal()
        for field, title in (("fullName", "names"), ("mrn", "MRNs"), ("email", "e-mail addresses")):
            self.stdout.write(f"{changed[field]} {title} changed")
