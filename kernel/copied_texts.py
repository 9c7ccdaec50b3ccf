"""What people copy along with what they mean: "MRN A1000308", "mailto:ada@example.org", "Ada <ada@example.org>"."""

import re

from kernel import texts

_LONGEST = 500  # characters that are looked at
_QUOTES = " \"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\xab\xbb"
_MRN = re.compile(
    r"(?:patient\W+)?mrn(?:\s*[:=#]\s*|\s+(?:[-\u2013\u2014]\s+)?)(\S*\d.*)", re.IGNORECASE
)
_MRN_WITH_SIGN = re.compile(r"(?:patient\W+)?mrn\s*[:=]?\s*(#\S*\d.*)", re.IGNORECASE)
_KEY = re.compile(
    r"(?:(?:clinic|patient|user|account)(?:['\u2019]s)?[\W_]{1,3})?"
    r"(?:(?:(?:share|invite|invitation)[\W_]{0,3})?code|id)(?:\s+is)?[\W_]{1,5}"
    r"([0-9a-z]{4}(?:[\W_]{0,3}[0-9a-z]{4}){2}|[0-9a-f]{10}|[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"[\W_]*",
    re.IGNORECASE,
)
_LINK = re.compile(r"mailto:([^?\s@]+@[^?\s@]+)(?:\?\S*)?", re.IGNORECASE)
_NAMED = re.compile(r"[^<>‹›]*[<‹]\s*(?:mailto:)?([^<>‹›\s@]+@[^<>‹›\s@]+)\s*[>›]", re.IGNORECASE)


def meant_by(text: str) -> str:
    """What is meant by what was typed where a clinic or a person is asked for: without its title, and with usual
    letters in place of wide ones."""
    return key_in(address_in(texts.narrow(text)))


def address_in(text: str) -> str:
    """The address of a link or beside a name; any other text as it is."""
    found = _LINK.fullmatch(text[:_LONGEST]) or _NAMED.fullmatch(text[:_LONGEST])
    return found[1] if found else text


def key_in(text: str) -> str:
    """The share code or id behind its title, whatever signs stand between its parts and around it; any other text as it
    is."""
    found = _KEY.fullmatch(text[:_LONGEST])
    return found[1] if found else text


def mrns_in(text: str) -> list[str]:
    """As `mrn_in`, without quotes around it, too, and with the sign of a number as a part of the MRN: it is one in some
    clinics."""
    mrn, signed = mrn_in(text), _MRN_WITH_SIGN.fullmatch(text[:_LONGEST])
    return list(dict.fromkeys([mrn, mrn.strip(_QUOTES), *([signed[1]] if signed else [])]))


def mrn_in(text: str) -> str:
    """The MRN behind its title; any other text as it is."""
    found = _MRN.fullmatch(text[:_LONGEST])
    return found[1] if found else text
