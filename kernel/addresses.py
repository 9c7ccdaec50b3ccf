"""E-mail addresses: one canonical form at every entry, and one key to compare them by.

A language collation takes a soft hyphen, a zero-width space or a full-width letter for nothing or for the plain
letter; a mail server does not. So addresses are never compared under a collation: what comes in is brought into its
canonical form or refused (`canonical`), what is stored is read strictly (`of_account`, `key`), and keys are compared
exactly. See docs/decisions/0011-addresses.md.
"""

import unicodedata

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from kernel import speed

LONGEST = 254  # RFC 5321, 4.5.3.1.3
_LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1
_LONGEST_TYPED = (
    1000  # with spaces around it, and before composition: nobody makes us fold megabytes
)
_SHORTEST_TLD = 2
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
    """The text is no e-mail address that a mail could be sent to. Never carries the text."""


def canonical(text: str) -> str:
    """The one form of an address: trimmed, compatibility forms and letter case folded, domain in Unicode.

    Full-width and mathematical letters, Roman numerals and the Kelvin sign become the plain letters they stand for.
    Raises InvalidAddress for anything with an invisible, control or separator character, for what is no address, and
    for letters beyond ASCII before the @: mails are sent without SMTPUTF8 (RFC 6531), so none could reach it.
    """
    if speed.is_plainly_canonical(text):
        return text
    if len(text) > _LONGEST_TYPED:
        raise InvalidAddress
    folded = _plain(_folded(text.strip()))
    try:
        found = _validated(folded)
    except EmailNotValidError:
        raise InvalidAddress from None
    is_short = len(found.ascii_domain.rpartition(".")[2]) < _SHORTEST_TLD
    if is_short or len(found.local_part) > _LONGEST_LOCAL:
        raise InvalidAddress
    return _plain(_folded(found.normalized))  # the domain may have come as Punycode


def canonical_domain(text: str) -> str:
    """The one form of what follows the @. Raises InvalidAddress."""
    if "@" in text or "\uff20" in text or "\ufe6b" in text:
        raise InvalidAddress
    return canonical(f"any@{text.strip()}").partition("@")[2]


def of_account(text: str | None) -> str | None:
    """The canonical form of an address that is stored or that another service answers; None where there is none.

    Stricter than `canonical`: letter case, spaces around it and Punycode aside the text must be canonical already. Who
    proved a mailbox spelled in full-width letters has not proved the plain one.
    """
    if not isinstance(text, str) or not text or not unicodedata.is_normalized("NFKC", text.strip()):
        return None
    try:
        return canonical(text)
    except InvalidAddress:
        return None


def key(text: str) -> str:
    """What stored addresses are compared, indexed and counted by: the canonical form. A stored text that is none
    (see `of_account`) has a key too, which no address has, so that old data can be read."""
    return of_account(text) or (f"invalid:{text.strip()}" if text.strip() else "")


def is_same(one: str, other: str) -> bool:
    """Whether both are one mailbox; two empty texts are not."""
    return bool(one.strip()) and key(one) == key(other)


def for_mail(address: str) -> str:
    """A canonical address with its domain as mail servers look it up (IDNA 2008).

    Left to Django, the domain would be encoded by IDNA 2003, which takes "straße" for "strasse": another domain, whose
    owner would get the mail.
    """
    return str(_validated(address).ascii_email)


def domain(address: str) -> str:
    """Of a canonical address."""
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
    """Without "/": an address stands in paths, where an encoded one is no part of a segment."""
    if character.isascii():
        return character.isprintable() and character not in " /"
    return unicodedata.category(character)[0] in "LMN" and ord(character) not in _INVISIBLE
