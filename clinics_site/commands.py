"""Every management command: `manage.py` in this folder, `clinics-manage` where the wheel is installed."""

import os
import sys

from clinics_site import safeguards

NO_MONGODB = "MongoDB does not answer at MONGODB_URI. For one of your own machine: make servers, or make run."


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
    if sys.argv[1:2] in (["check"], ["print_environment"]):
        safeguards.only_check()
    if sys.argv[1:2] == ["print_environment"]:
        _print_environment()
        return
    from django.core.management import execute_from_command_line
    from pymongo.errors import ServerSelectionTimeoutError

    try:
        execute_from_command_line(sys.argv)
    except ServerSelectionTimeoutError:
        sys.exit(NO_MONGODB)


def _print_environment() -> None:
    """Without loading the apps, which takes four fifths of a start: the settings alone read the variables. `make run`
    waits for it."""
    from clinics_site.management.commands.print_environment import Command

    Command().run_from_argv(sys.argv)
