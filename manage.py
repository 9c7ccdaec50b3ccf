#!/usr/bin/env python
"""Entry point of every management command."""

import os
import sys

from clinics_site import safeguards
from scripts import local

NO_MONGODB = "MongoDB does not answer at MONGODB_URI. For one of your own machine: make servers, or make run."


def main() -> None:
    local.load_environment()  # the servers of `make run`, where none are named
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
    if sys.argv[1:2] in (["check"], ["print_environment"]):
        safeguards.only_check()
    from django.core.management import execute_from_command_line
    from pymongo.errors import ServerSelectionTimeoutError

    try:
        execute_from_command_line(sys.argv)
    except ServerSelectionTimeoutError:
        sys.exit(NO_MONGODB)


if __name__ == "__main__":
    main()
