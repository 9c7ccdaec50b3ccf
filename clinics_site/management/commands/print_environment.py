"""Print the environment variables as the table that stands in the README."""

from typing import Any

from django.core.management.base import BaseCommand

from clinics_site import (
    env,
    server,  # noqa: F401 (reads the variables of the web process)
)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []  # also for whoever looks for what is missing

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("| variable | kind | default | meaning |")
        self.stdout.write("|---|---|---|---|")
        for variable in sorted(env.VARIABLES.values(), key=lambda v: v.name):
            default = f"`{variable.default}`" if variable.default else "–"
            self.stdout.write(
                f"| `{variable.name}` | {variable.kind} | {default} | {variable.help} |"
            )
