"""E-mail addresses: one canonical form at every entry, and one key to compare them by.

A language collation ignores soft hyphens and zero-width spaces and takes a full-width letter for the plain
one; a mail server does neither. So addresses are never compared under a collation: an address that comes in
is brought into its canonical form or refused (`canonical`), a stored one is read strictly (`account_address`,
`key`), and keys are compared exactly. See docs/decisions/0011-addresses.md.
"""

import re
import unicodedata

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from kernel import speed

LONGEST = 254  # RFC 5321, 4.5.3.1.3
_LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1
# With spaces around it, and before composition. Without a bound a client could make us fold megabytes.
_LONGEST_TYPED = 1000
_SHORTEST_TLD = 2
_NAMED = re.compile(r"[^<>]*<([^<>]*)>")
# Letters and marks that are drawn as nothing: Default_Ignorable_Code_Point outside category C, fillers and blanks.
_INVISIBLE = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0x13441, 0x13442, 0x16FE4),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    ]
)


class InvalidAddress(ValueError):
    """The text is not an e-mail address that a mail can be sent to. The exception never carries the text."""


def canonical(text: str) -> str:
    """The one form of an address: trimmed, compatibility forms and letter case folded, domain in Unicode.

    Full-width and mathematical letters, Roman numerals and the Kelvin sign become the plain letters they
    stand for. Raises InvalidAddress for a text that is not an address or holds an invisible, control or
    separator character, and for letters beyond ASCII before the @: mails are sent without SMTPUTF8 (RFC
    6531), so none could reach such an address.
    """
    if speed.is_plainly_canonical(text):
        return text
    if len(text) > _LONGEST_TYPED:
        raise InvalidAddress
    folded = _plain(_folded(text.strip()))
    try:
        validated = _validated(folded)
    except EmailNotValidError:
        raise InvalidAddress from None
    is_short = len(validated.ascii_domain.rpartition(".")[2]) < _SHORTEST_TLD
    if is_short or len(validated.local_part) > _LONGEST_LOCAL:
        raise InvalidAddress
    return _plain(_folded(validated.normalized))  # the domain may have come as Punycode


def canonical_domain(text: str) -> str:
    """The canonical form of the part after the @. Raises InvalidAddress."""
    if "@" in text or "\uff20" in text or "\ufe6b" in text:
        raise InvalidAddress
    return canonical(f"any@{text.strip()}").partition("@")[2]


def without_name(text: str) -> str:
    """The address in "Name <address>", unchanged: the standard library's parser would silently correct it."""
    named = _NAMED.fullmatch(text.strip())
    return named[1] if named else text


def account_address(text: str | None) -> str | None:
    """The canonical form of an address that is stored or that another service returned; None if it is not
    valid.

    Stricter than `canonical`: apart from letter case, surrounding spaces and Punycode the text must be
    canonical already. Someone who proved that they own a mailbox spelled in full-width letters has not proved
    that they own the plain one.
    """
    if not isinstance(text, str) or not text or not unicodedata.is_normalized("NFKC", text.strip()):
        return None
    try:
        return canonical(text)
    except InvalidAddress:
        return None


def key(text: str) -> str:
    """What stored addresses are compared, indexed and counted by: the canonical form. A stored text that is
    not an address (see `account_address`) gets a key that no address has, so that old data can be read."""
    return account_address(text) or (f"invalid:{text.strip()}" if text.strip() else "")


def is_same(first: str, second: str) -> bool:
    """Whether both name the same mailbox; two empty texts do not."""
    return bool(first.strip()) and key(first) == key(second)


def for_mail(address: str) -> str:
    """A canonical address with its domain as mail servers look it up (IDNA 2008).

    Django would encode the domain by IDNA 2003, which turns "straße" into "strasse": another domain, whose
    owner would get the mail.
    """
    return str(_validated(address).ascii_email)


def domain(address: str) -> str:
    """The domain of a canonical address."""
    return address.rpartition("@")[2]


def _validated(text: str) -> ValidatedEmail:
    return validate_email(
        text, check_deliverability=False, test_environment=True, allow_smtputf8=False
    )


def _folded(text: str) -> str:
    """`lower`, not `casefold`: "straße.example" and "strasse.example" are two domains."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


def _plain(text: str) -> str:
    if len(text) > LONGEST or not all(map(_is_plain, text)):
        raise InvalidAddress
    return text


def _is_plain(character: str) -> bool:
    """Without "/": addresses occur in paths, where even an encoded slash ends a segment."""
    if character.isascii():
        return character.isprintable() and character not in " /"
    return unicodedata.category(character)[0] in "LMN" and ord(character) not in _INVISIBLE
