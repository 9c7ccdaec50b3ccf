"""Write the table of environment variables into docs/configuration.md, between its two markers."""

import sys
from collections.abc import Sequence
from pathlib import Path

from scripts import local, service

PAGE = local.BASE / "docs" / "configuration.md"
START, END = "<!-- environment:", "<!-- end of environment -->"


def current() -> str:
    """The page with the present table."""
    return page_with(PAGE, START, END, ["print_environment"])


def page_with(page: Path, start: str, end: str, command: Sequence[str]) -> str:
    """The page, with what the command of `manage.py` prints between the two markers."""
    before, rest = page.read_text().split(start, 1)
    marker, _, after = rest.partition("\n")
    # No server is asked; the empty names only keep the settings from searching for one.
    printed = service.manage(list(command), {"PATH": "", "MONGODB_URI": "", "REDIS_URL": ""})
    return f"{before}{start}{marker}\n{printed}{end}{after.partition(end)[2]}"


if __name__ == "__main__":
    PAGE.write_text(current())
    sys.exit(0)
