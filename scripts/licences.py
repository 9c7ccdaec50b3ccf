"""Write docs/licences.md: the licence of every package that the service needs, as the package itself states it."""

import re
import sys
from importlib import metadata

from scripts import local

PAGE = local.BASE / "docs" / "licences.md"
PINS = local.BASE / "requirements.txt"
HEAD = """\
# Licences of the packages

What `requirements.txt` installs, with the licence that each package states. `make fmt` writes this page, and
a test refuses a licence that no one has judged.

| package | licence |
|---|---|
"""
FONTS = """
## Fonts

`ehr/report/fonts` holds what is embedded in every report, with the text of its licence:

| file | licence |
|---|---|
"""
PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
CLASSIFIER = "License :: OSI Approved :: "
LONGEST = 40  # a longer text is the licence itself, not its name


def current() -> str:
    return HEAD + rows(licences()) + FONTS + rows(fonts())


def rows(licences: dict[str, str]) -> str:
    return "".join(f"| {name} | {licence} |\n" for name, licence in licences.items())


def fonts() -> dict[str, str]:
    """By file; the text is OFL.txt, beside them."""
    folder = local.BASE / "ehr" / "report" / "fonts"
    return {path.name: "OFL-1.1" for path in sorted(folder.glob("*.ttf"))}


def licences() -> dict[str, str]:
    """By package, for those that this platform installs."""
    pins = sorted({name.lower() for name in PIN.findall(PINS.read_text())})
    return {name: stated for name in pins if (stated := _stated(name)) is not None}


def _stated(name: str) -> str | None:
    """None where the package is not installed; "" where it states nothing."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classifiers = about.get_all("Classifier") or []
    named = [text.removeprefix(CLASSIFIER) for text in classifiers if text.startswith(CLASSIFIER)]
    text = (about.get("License") or "").strip()
    short = text if len(text) <= LONGEST and "\n" not in text else ""
    return about.get("License-Expression") or ", ".join(sorted(named)) or short


if __name__ == "__main__":
    PAGE.write_text(current())
    sys.exit(0)
