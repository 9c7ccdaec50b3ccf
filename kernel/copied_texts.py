"""What people copy along with what they mean: "MRN A1000308", "mailto:ada@example.org", "Ada <ada@example.org>"."""

import re

_LONGEST = 500  # characters that are looked at
_MRN = re.compile(r"mrn(?:\s*[:#]\s*|\s+)(\S*\d.*)", re.IGNORECASE)
_LINK = re.compile(r"mailto:([^?\s@]+@[^?\s@]+)(?:\?\S*)?", re.IGNORECASE)
_NAMED = re.compile(r"[^<>‹›]*[<‹]\s*(?:mailto:)?([^<>‹›\s@]+@[^<>‹›\s@]+)\s*[>›]", re.IGNORECASE)


def address_in(text: str) -> str:
    """The address of a link or beside a name; any other text as it is."""
    found = _LINK.fullmatch(text[:_LONGEST]) or _NAMED.fullmatch(text[:_LONGEST])
    return found[1] if found else text


def mrn_in(text: str) -> str:
    """The MRN behind its title; any other text as it is."""
    found = _MRN.fullmatch(text[:_LONGEST])
    return found[1] if found else text
