"""Reading documents that may have any shape: each value that is used is checked for type and range.

Null means absent. Every value is read through here before anything is done, so that an unexpected one ends the work at
once and for good. The reason names the path of the value, never the value itself, which may be a patient's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kernel import texts
from kernel.api import bounds

Json = Mapping[str, Any]
OBJECT, LIST, TEXT, FLAG = (
    "must be an object",
    "must be a list",
    "must be a text",
    "must be true or false",
)
CONTROLS = "must not contain control characters"


class Unreadable(Exception):
    """`reason`: what cannot be read, the path in it, and what is expected there."""

    def __init__(self, what: str, place: str, expected: str) -> None:
        self.reason = f"{what}_unreadable: {place} {expected}"
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class Part:
    """An object inside a document. `what` is the kind of document, for the reasons."""

    what: str
    values: Json
    place: str = ""

    def part(self, name: str) -> "Part":
        """The object of that name; an empty one where there is none."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise self.unreadable(name, OBJECT)
        return Part(self.what, value or {}, self._place_of(name))

    def parts(self, name: str) -> "list[Part]":
        """The objects of a list; entries of other types are left out."""
        return [
            Part(self.what, entry, f"{self._place_of(name)}[{number}]")
            for number, entry in enumerate(self.entries(name))
            if isinstance(entry, Mapping)
        ]

    def entries(self, name: str) -> list[Any]:
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.unreadable(name, LIST)
        return value

    def check_entries(self, name: str, kind: type, expected: str) -> None:
        if not all(isinstance(entry, kind) for entry in self.entries(name)):
            raise self.unreadable(name, expected)

    def text(self, name: str, *, longest: int = texts.LONGEST) -> str:
        """In the normal form of names and codes; a whole number as its digits, "" when absent."""
        return self._text(name, texts.name, longest)

    def raw_text(self, name: str, *, longest: int) -> str:
        """With its blanks and line breaks unchanged."""
        return self._text(name, str, longest)

    def check_text(self, name: str) -> None:
        """For a stored text that is later used unchanged."""
        if not isinstance(self.values.get(name), str | None):
            raise self.unreadable(name, TEXT)

    def texts(self, name: str) -> list[str]:
        """A list of texts, without the blank ones."""
        self.check_entries(name, str, "must be a list of texts")
        return [text for text in map(texts.name, self.entries(name)) if text]

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.unreadable(name, FLAG)
        return bool(value)

    def unreadable(self, name: str, expected: str) -> Unreadable:
        return Unreadable(self.what, self._place_of(name), expected)

    def _text(self, name: str, form: Callable[[str], str], longest: int) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.unreadable(name, TEXT)
        text = form(str(value))
        if len(text) > longest:
            raise self.unreadable(name, f"must not be longer than {longest} characters")
        try:
            bounds.check_text(text)
        except bounds.Unacceptable:
            raise self.unreadable(name, CONTROLS) from None
        return text

    def _place_of(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name
