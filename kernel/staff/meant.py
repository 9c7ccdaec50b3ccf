"""What is meant by a field of a filter: people type names and addresses, and lists are narrowed by ids.

An app says how its things are found (`KINDS`), so pages of the kernel can ask without knowing the app. One thing that
is found is meant. If there are several, the page shows them as links, each of which has the id in place of what was
typed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from kernel import copied_texts, texts
from kernel.staff import searches

MOST_FOUND = 10
MORE = "These are the first; type more to find others."
ONE_OF_FIRST = "One is found, and there may be others: choose it, or type more."
NONE_OF_FIRST = (
    "No one is found among the first with these words, and there are others: type more, or an id."
)
_LONGEST = 200
_OF_ANOTHER_PAGE = ("page", "before")


@dataclass(frozen=True, slots=True)
class Candidate:
    """`more` tells it from others of the same name."""

    id: str
    name: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text can mean, at most MOST_FOUND and one; `is_cut`: there may be more."""

    candidates: Sequence[Candidate] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """`find` returns what the text can mean. A text in the form of an id is an id, even if there is no such thing any
    more. `none` is what staff read when nothing is found."""

    find: Callable[[HttpRequest, str], Found]
    is_id: Callable[[str], bool]
    none: str


@dataclass(frozen=True, slots=True)
class Choice:
    query: str  # of the page with this one
    name: str
    more: str


@dataclass(frozen=True, slots=True)
class Meant:
    """`id` is "" if nothing was typed, and also if it is not clear what is meant: then `problem` says so."""

    typed: str = ""
    id: str = ""
    name: str = ""
    problem: str = ""
    choices: Sequence[Choice] = ()


KINDS: dict[str, Kind] = {}


def read(request: HttpRequest, kind: str, field: str, *, hides: Sequence[str] = ()) -> Meant:
    """What the field of the page's filter means. `hides`: the fields of this page that stand in no address."""
    typed = texts.name(searches.asked(request).get(field, "").replace("\0", ""))[:_LONGEST]
    typed = copied_texts.meant_by(typed)
    if not typed:
        return Meant()
    found = KINDS[kind].find(request, typed)
    if len(found.candidates) == 1 and not found.is_cut:
        return Meant(typed, found.candidates[0].id, found.candidates[0].name)
    if found.candidates:
        return _several(request, typed, field, found, hides)
    if KINDS[kind].is_id(typed):
        return Meant(typed, typed)
    return Meant(typed, problem=NONE_OF_FIRST if found.is_cut else KINDS[kind].none)


def _several(
    request: HttpRequest, typed: str, field: str, found: Found, hides: Sequence[str]
) -> Meant:
    several = len(found.candidates) > 1
    words = f"Several are found for “{typed}”. Choose one." if several else ONE_OF_FIRST
    is_cut = found.is_cut or len(found.candidates) > MOST_FOUND
    return Meant(
        typed,
        problem=f"{words} {MORE}" if several and is_cut else words,
        choices=[
            Choice(_query(request, field, one.id, hides), one.name or one.id, one.more)
            for one in found.candidates[:MOST_FOUND]
        ],
    )


def _query(request: HttpRequest, field: str, value: str, hides: Sequence[str]) -> str:
    return searches.query_with(request, hides, {field: value}, without=_OF_ANOTHER_PAGE)
