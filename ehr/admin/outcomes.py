"""What the outcomes of EHR work mean, and what to do next. A stored outcome is a code; each app adds its own."""

from collections.abc import Mapping

_WORDS: dict[str, dict[str, str]] = {}  # by kind


def add(kind: str, words: Mapping[str, str]) -> None:
    _WORDS.setdefault(kind, {}).update(words)


def in_words(kind: str, outcome: str) -> str:
    """ "" for one that only another version knows."""
    return _WORDS.get(kind, {}).get(outcome, "")


def known(kind: str) -> set[str]:
    return set(_WORDS.get(kind, ()))
