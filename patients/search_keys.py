"""The key with which a search reads index keys only: the searched fields (`patients.fields`), folded, in one string.

A search is words, each of which has to be a part of one of the fields, in any order, letter case and accents aside.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from kernel import copied_texts, safe_reading, texts, written_dates
from patients import fields

SEARCHED = fields.searched()
SEPARATOR = "\x1f"
_LONGEST = 1000  # characters of a field that are searched: other writers may store megabytes


def search_key(document: Mapping[str, Any], searched: Sequence[str] = SEARCHED) -> str:
    folded = (
        texts.fold(texts.name((safe_reading.text(document.get(name)) or "")[:_LONGEST]))
        for name in searched
    )
    return SEPARATOR.join(folded)


# --- patterns -------------------------------------------------------------------------------------
def in_key(word: str) -> dict[str, Any]:
    """A condition on a search key. `word` is folded."""
    return {"$regex": re.escape(word)}


def patterns_of(text: str) -> tuple[str, ...]:
    """Patterns of what staff type, each of which a search key has to match: as the words of a search, but a birth date
    is read in any form (`written_dates`), and apostrophes do not count: "darcy" finds D'Arcy, as in all clinics."""
    meant = copied_texts.mrn_in(copied_texts.address_in(texts.name(text)))
    rest, date, days = written_dates.split(meant)
    patterns = [_with_or_without_apostrophes(word) for word in texts.words_of_staff(rest)]
    if days:
        spellings = dict.fromkeys([*(day.isoformat() for day in days), texts.fold(date)])
        patterns.append("|".join(map(re.escape, spellings)))
    return tuple(patterns)


def _with_or_without_apostrophes(word: str) -> str:
    letters = word.replace("'", "")
    return "'?".join(map(re.escape, letters)) if letters else re.escape(word)


def in_fields(words: Iterable[str], names: Sequence[str]) -> dict[str, Any]:
    """A condition on fields as they were written: each word is a part of one of them."""
    each = [{"$or": [{name: _as_written(word)} for name in names]} for word in words]
    return {"$and": each} if each else {}


# MongoDB takes patterns of 32,764 bytes; a letter with all its accented forms takes up to 200.
_WITH_ACCENTS = 50


def _as_written(word: str) -> dict[str, Any]:
    """With whatever accents, which may be characters of their own; what follows in a very long word without."""
    begin, rest = word[:_WITH_ACCENTS], word[_WITH_ACCENTS:]
    pattern = "".join(map(_pattern_of, _PARTS.findall(begin)))
    return {"$regex": pattern + re.escape(rest), "$options": "i"}


_PARTS = re.compile("ss|ae|oe|th|.", re.DOTALL)  # two letters that one may stand for


def _pattern_of(part: str) -> str:
    letters = "".join(_class_of(letter) + r"\p{M}*" for letter in part)
    return letters if len(part) == 1 else f"(?:{letters}|{_class_of(part)})"


def _class_of(part: str) -> str:
    variants = _variants().get(part)
    return f"[{''.join(map(re.escape, variants))}]" if variants else re.escape(part)


@lru_cache(maxsize=1)
def _variants() -> dict[str, str]:
    """What is folded -> the Latin, Greek and Cyrillic letters and the signs that are folded into it."""
    letters: dict[str, str] = {}
    for code in (*range(0x20, 0x530), *range(0x1E00, 0x2030)):
        if chr(code).isprintable():
            folded = texts.fold(chr(code))
            letters[folded] = letters.get(folded, "") + chr(code)
    return letters
