"""Every package states a licence that someone has judged, and the page lists it."""

import re

import pytest

from scripts import licences, local

pytestmark = pytest.mark.yardstick("W3")
# Each part of what a package states: free to use, change and pass on inside a service; the last three ask for the
# source of the package itself, which is public, or for the name of the font.
JUDGED = {
    *("Apache License 2.0", "Apache Software License", "Apache-2.0"),
    *(
        "BSD",
        "BSD License",
        "BSD 3-Clause",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "3-Clause BSD License",
        "ISC",
        "PSF-2.0",
    ),
    *("MIT", "MIT License", "MIT-0", "MIT-CMU", "The Unlicense (Unlicense)", "Unlicense"),
    *("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"),
    "GNU Lesser General Public License v3 or later (LGPLv3+)",
    *("OFL-1.1", "SIL OFL V1.1"),
}
# What joins them, outside of a name in parentheses.
JOINED = re.compile(r" AND | OR |, ")


def parts(licence):
    kept = licence if licence in JUDGED else re.sub(r"[()]", "", licence)
    return {part.strip() for part in JOINED.split(kept)}


def test_the_licence_of_every_package_is_judged():
    open_ones = {
        name: licence
        for name, licence in licences.licences().items()
        if licence not in JUDGED and parts(licence) - JUDGED
    }
    assert open_ones == {}


def test_a_licence_that_no_one_has_judged_would_be_found():
    for licence in ("", "AGPL-3.0", "MIT AND SSPL-1.0", "Proprietary"):
        assert parts(licence) - JUDGED


def test_the_page_lists_them():
    assert licences.PAGE.read_text() == licences.current(), "run `make fmt`"


def test_fonts_are_here_with_the_licence_that_they_state():
    folder = local.BASE / "ehr" / "report" / "fonts"
    name = "SIL Open Font License, Version 1.1"
    assert name in (folder / "OFL.txt").read_text()
    assert len(licences.fonts()) == 2
    for file in licences.fonts():
        assert name.encode("utf-16-be") in (folder / file).read_bytes()


def test_every_package_is_pinned_with_hashes():
    lines = licences.PINS.read_text().replace("\\\n", " ").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(pins) > 50
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
