"""E-mail addresses: one canonical form at every entry, and one key to compare them by.

A language collation takes a soft hyphen, a zero-width space or a full-width letter for nothing or for the plain
letter; a mail server does not. So addresses are never compared under a collation: what comes in is brought into its
canonical form or refused, what is stored carries its key, and keys are compared exactly.
"""

import unicodedata

from email_validator import EmailNotValidError, validate_email

LONGEST = 254  # RFC 5321, 4.5.3.1.3
# Letters and marks that are drawn as nothing (Unicode's Default_Ignorable_Code_Point, outside category C).
_INVISIBLE = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
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
    Raises InvalidAddress for anything with an invisible, control or separator character, and for what is no address.
    """
    folded = _folded(text.strip())
    if len(folded) > LONGEST or not all(map(_is_plain, folded)):
        raise InvalidAddress
    try:
        found = validate_email(folded, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise InvalidAddress from None
    return _folded(found.normalized)


def key(text: str) -> str:
    """What addresses are compared, indexed and counted by: the canonical form. A stored text that is no address has
    a key too, which no address has, so that old data can be read."""
    try:
        return canonical(text)
    except InvalidAddress:
        return f"invalid:{text.strip()}" if text.strip() else ""


def is_same(one: str, other: str) -> bool:
    """Whether both are one mailbox; two empty texts are not."""
    return bool(one) and key(one) == key(other)


def _folded(text: str) -> str:
    """`lower`, not `casefold`: "straße" and "strasse" are two mailboxes."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


def _is_plain(character: str) -> bool:
    if character.isascii():
        return character.isprintable() and character != " "
    return unicodedata.category(character)[0] in "LMN" and ord(character) not in _INVISIBLE
