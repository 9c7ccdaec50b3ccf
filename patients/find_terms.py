"""By what staff find a patient in all clinics: a few short texts in each row (`patients.list_rows`), with one index.

A birth date and an MRN are one term each. A name has one for each of its words, with the other words behind it in
their order, the first ones last: "Ann Marie Smith" is found as "ann marie smith", "marie smith ann" and "smith ann
marie". So one or several words that stand side by side, and the last name with the first, are the beginning of a term.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kernel import safe_reading, texts

NAME, MRN, BIRTH_DATE = "n", "m", "b"
_MOST_WORDS = 12  # of a name, stored or typed: each has a term as long as the name
_LONGEST = 100  # characters of a term: other writers may store megabytes


def terms_of(record: Mapping[str, Any]) -> list[str]:
    """Each once: MongoDB has one entry for each in the index."""
    name, mrn, date = (
        (safe_reading.text(record.get(field)) or "")[:1000]
        for field in ("fullName", "mrn", "birthDate")
    )
    single = [(MRN, of_mrn(mrn)), (BIRTH_DATE, date)]
    terms = [*of_name(name), *(_term(kind, text) for kind, text in single if text)]
    return list(dict.fromkeys(terms))


def of_name(name: str) -> Iterator[str]:
    words = words_of(name)
    for number in range(len(words)):
        yield _term(NAME, " ".join(words[number:] + words[:number]))


def words_of(name: str) -> list[str]:
    return texts.letters(name)[:_MOST_WORDS]


def of_mrn(mrn: str) -> str:
    """MRNs are compared without letter case and accents."""
    return texts.fold(texts.mrn(mrn))


def _term(kind: str, text: str) -> str:
    return f"{kind}:{text}"[:_LONGEST]


# --- what is sought -------------------------------------------------------------------------------
def with_mrn(mrn: str) -> str:
    return _term(MRN, of_mrn(mrn))


def born_on(date: str) -> str:
    return _term(BIRTH_DATE, date)


def named(words: str) -> str:
    """The beginning of a term."""
    return _term(NAME, words)


def has_word(terms: list[str], word: str) -> bool:
    """Whether a word of the name begins like this one."""
    return any(term.startswith(named(word)) for term in terms)
