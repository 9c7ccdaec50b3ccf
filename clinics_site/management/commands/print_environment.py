"""Print the environment variables as the table of docs/configuration.md, or only their names."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinics_site import (
    env,
    server,  # noqa: F401 (reads the variables of the web process)
    settings,  # noqa: F401 (reads those of all processes)
)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []  # so that it also runs where required values are missing

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--names", action="store_true", help="one name in each line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["names"]:
            self.stdout.write("\n".join(sorted(env.VARIABLES)))
            return
        self.stdout.write("| variable | kind | default | meaning |")
        self.stdout.write("|---|---|---|---|")
        for variable in sorted(env.VARIABLES.values(), key=lambda v: v.name):
            default = f"`{variable.default}`" if variable.default else "–"
            self.stdout.write(
                f"| `{variable.name}` | {variable.kind} | {default} | {variable.help} |"
            )
