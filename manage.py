#!/usr/bin/env python
"""Entry point of every management command."""

import os
import sys

from clinics_site import safeguards
from scripts import local


def main() -> None:
    local.load_environment()  # the servers of `make run`, where none are named
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
    if sys.argv[1:2] in (["check"], ["print_environment"]):
        safeguards.only_look()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
