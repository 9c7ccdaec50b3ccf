"""Write the table of environment variables into docs/configuration.md, between its two markers."""

import sys

from scripts import local, service

PAGE = local.BASE / "docs" / "configuration.md"
START, END = "<!-- environment:", "<!-- end of environment -->"


def current() -> str:
    """The page with the present table."""
    text = PAGE.read_text()
    before, rest = text.split(START, 1)
    marker, _, after = rest.partition("\n")
    return f"{before}{START}{marker}\n{table()}{END}{after.partition(END)[2]}"


def table() -> str:
    # No server is asked; the empty names only keep the settings from searching for one.
    return service.manage(["print_environment"], {"PATH": "", "MONGODB_URI": "", "REDIS_URL": ""})


if __name__ == "__main__":
    PAGE.write_text(current())
    sys.exit(0)
