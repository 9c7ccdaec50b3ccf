"""Write the tables of effects into docs/operations.md, between their two markers."""

import sys

from scripts import environment_table, local

PAGE = local.BASE / "docs" / "operations.md"
START, END = "<!-- effects:", "<!-- end of effects -->"


def current() -> str:
    """The page with the effects as the handlers declare them now."""
    return environment_table.page_with(PAGE, START, END, ["describe_side_effects"])


if __name__ == "__main__":
    PAGE.write_text(current())
    sys.exit(0)
