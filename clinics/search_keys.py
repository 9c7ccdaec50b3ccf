"""The key that makes search a look at index keys: the four searched fields, folded, in one string.

Search is a literal substring of one field, ignoring case as MongoDB's regular expressions do: character by
character, so `ß` is not `ss`, `İ` is not `i`, and accents count.
"""

from collections.abc import Mapping
from typing import Any

SEARCHED = ("fullName", "email", "mrn", "birthDate")
SEPARATOR = "\x1f"


def search_key(document: Mapping[str, Any]) -> str:
    return SEPARATOR.join(fold(document.get(name) or "") for name in SEARCHED)


def fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_character, text))


def _fold_character(character: str) -> str:
    """Unicode's simple case folding: never more than one character."""
    for folded in (character.casefold(), character.lower()):
        if len(folded) == 1:
            return folded
    return character
