"""Write the collections and their fields into docs/data-model.md, between its two markers."""

import sys

from scripts import environment_table, local

PAGE = local.BASE / "docs" / "data-model.md"
START, END = "<!-- collections:", "<!-- end of collections -->"


def current() -> str:
    """The page as the models describe the collections now."""
    return environment_table.page_with(PAGE, START, END, ["describe_collections"])


if __name__ == "__main__":
    PAGE.write_text(current())
    sys.exit(0)
