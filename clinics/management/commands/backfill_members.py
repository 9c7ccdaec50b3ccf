"""Edit records of clinicians: bring e-mail addresses that other systems have stored to one form (capitals, outer
blanks, forms of the same character). Members are found without it. Records of all clinics are changed, without their
`updatedTime`, and other services see the changes. Safe to repeat, also while services run."""

from typing import Any

from django.core.management.base import BaseCommand

from kernel import backfills


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        changed = backfills.make_addresses_canonical("clinicians", "email")
        self.stdout.write(f"{changed} e-mail addresses changed")
