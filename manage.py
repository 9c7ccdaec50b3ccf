#!/usr/bin/env python
"""Entry point of every management command in this folder."""

from clinics_site import commands
from scripts import local

if __name__ == "__main__":
    local.load_environment()  # the servers of `make run`, where none are named
    commands.main()
