"""Finds patients in all clinics, for staff: by MRN, birth date and words of the name (`patients.find_terms`).

Nothing here reads more than a few hundred rows, however many patients there are. So of several words of a name that do
not stand side by side, only so many patients with each of them are looked at, and of those born on one day only so many
with the date, and then with the name; `is_cut` says that there may be more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kernel import copied_texts, texts, written_dates
from kernel.db import Document
from patients import find_terms
from patients.services import prepared
from patients.store import list_rows, staff_reads

LONGEST = 200  # characters of what is sought
_LOOKED_AT = (
    120  # rows with one of the words, of up to three words: a page examines 500 documents at most
)
_LOOKED_AT_SIDE_BY_SIDE = 60
_MOST_WORDS = 3
_MOST_WORDS_WITH_DATE = 2
_MOST_SPELT = 12  # words of a name that is written in another way
_LEAST_LETTERS = (
    2  # of a name that is sought by one word; one is enough where a sign is a syllable or a word
)
_FIRST_SIGN = "\u2e80"  # from here on: Chinese, Japanese and Korean
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """What a text can mean. `words`: of a name; with `dates` in the same text, both have to match. `others`: the same
    words as the name may be written, too."""

    mrns: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    words: Words = ()
    others: tuple[Words, ...] = ()


@dataclass(slots=True)
class Found:
    """`is_cut`: there are more, or may be. `is_complete`: everyone is found, also those whom
    another system has just written."""

    patients: list[Document] = field(default_factory=list)
    is_cut: bool = False
    is_complete: bool = True


def read(text: str) -> Sought:
    """A date may stand before or after a name."""
    typed = texts.name(text)[:LONGEST]
    found = copied_texts.mrns_in(typed)
    name, _, days = written_dates.split(found[0])
    mrns = () if days and name else tuple(dict.fromkeys((typed, *found)))
    return Sought(
        mrns=mrns,
        dates=tuple(day.isoformat() for day in days),
        words=tuple(find_terms.words_of(name)),
        others=tuple(tuple(form.split()[:_MOST_SPELT]) for form in texts.spellings(name)[1:]),
    )


def find(text: str, *, limit: int) -> Found:
    """At most so many patients, each once: those with the MRN or the birth date first."""
    sought = read(text)
    search = _in_dates if sought.dates and sought.words else _in_any
    rows, is_cut = search(sought, limit + 1)
    ids = list(dict.fromkeys(row["patientId"] for row in rows))
    records = staff_reads.list_found(ids[:limit])
    return Found(
        patients=[records[i] for i in ids[:limit] if i in records],
        is_cut=is_cut or len(ids) > limit,
        is_complete=prepared.is_current(),
    )


def _in_dates(sought: Sought, limit: int) -> tuple[list[Document], bool]:
    """Those of this name who were born on one of the days. Where many have the date, as all whose birth date no one
    knew, those are looked at who have the name."""
    days, forms = [find_terms.born_on(day) for day in sought.dates], _forms(sought)
    rows = list_rows.list_with_terms(days, limit=_LOOKED_AT)
    if len(rows) < _LOOKED_AT:
        return _named(rows, forms)[:limit], False
    names = _side_by_side(forms)
    rows += list_rows.list_beginning_like(names, limit=_LOOKED_AT_SIDE_BY_SIDE)
    apart, is_cut = _apart(forms, most=_MOST_WORDS_WITH_DATE)
    born = [row for row in (*rows, *apart) if not {*days}.isdisjoint(row.get("terms") or [])]
    return _named(born, forms), is_cut


def _in_any(sought: Sought, limit: int) -> tuple[list[Document], bool]:
    terms = [find_terms.born_on(day) for day in sought.dates]
    terms += [find_terms.with_mrn(mrn) for mrn in sought.mrns if mrn]
    rows = list_rows.list_with_terms(terms, limit=limit) if terms else []
    words = sought.words
    if _is_long_enough("".join(words)):
        rows += list_rows.list_beginning_like(_side_by_side(_forms(sought)), limit=limit)
    if len(words) < 2 or len(rows) >= limit:
        return rows, len(words) > 1
    apart, is_cut = _apart(_forms(sought), most=_MOST_WORDS)
    return [*rows, *apart], is_cut


def _is_long_enough(letters: str) -> bool:
    return len(letters) >= _LEAST_LETTERS or letters >= _FIRST_SIGN


def _forms(sought: Sought) -> list[Words]:
    return [sought.words, *sought.others]


def _side_by_side(forms: Sequence[Words]) -> list[str]:
    """The beginnings of terms in which the words follow one another, with either end first."""
    beginnings = (find_terms.named(" ".join(turn)) for words in forms for turn in _turned(words))
    return list(dict.fromkeys(beginnings))


def _turned(words: Sequence[str]) -> list[list[str]]:
    return [[*words[n:], *words[:n]] for n in range(min(len(words), _MOST_WORDS))]


def _apart(forms: Sequence[Words], *, most: int) -> tuple[list[Document], bool]:
    """Those who have all words of one of the forms, among so many who have one of the longest."""
    rows: list[Document] = []
    for words in zip(*(sorted(form, key=len, reverse=True)[:most] for form in forms), strict=False):
        beginnings = dict.fromkeys(map(find_terms.named, words))
        some = list_rows.list_beginning_like(list(beginnings), limit=_LOOKED_AT)
        rows += _named(some, forms)
        if len(some) < _LOOKED_AT:
            return rows, False
    return rows, any(forms)


def _named(rows: Sequence[Document], forms: Sequence[Words]) -> list[Document]:
    return [row for row in rows if any(_has(row.get("terms") or [], words) for words in forms)]


def _has(terms: list[str], words: Words) -> bool:
    return all(find_terms.has_word(terms, word) for word in words)
