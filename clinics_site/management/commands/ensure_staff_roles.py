"""Make the staff groups and give each its permissions. Safe to repeat; `migrate` does it too."""

from typing import Any

from django.core.management.base import BaseCommand

from kernel.staff import roles


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        created = roles.ensure()
        self.stdout.write(f"{len(roles.ROLES)} roles in place, {len(created)} new")
