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
_LONGEST = 200
_OF_ANOTHER_PAGE = ("page", "before")


@dataclass(frozen=True, slots=True)
class Candidate:
    """`more` tells it from others of the same name."""

    id: str
    name: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """`find` returns what the text can mean, at most MOST_FOUND and one. A text in the form of an id is an id, even if
    there is no such thing any more. `none` is what staff read when nothing is found."""

    find: Callable[[HttpRequest, str], Sequence[Candidate]]
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
    typed = copied_texts.address_in(typed)
    if not typed:
        return Meant()
    found = KINDS[kind].find(request, typed)
    if len(found) == 1:
        return Meant(typed, found[0].id, found[0].name)
    if found:
        return _several(request, typed, field, found, hides)
    if KINDS[kind].is_id(typed):
        return Meant(typed, typed)
    return Meant(typed, problem=KINDS[kind].none)


def _several(
    request: HttpRequest, typed: str, field: str, found: Sequence[Candidate], hides: Sequence[str]
) -> Meant:
    more = " These are the first; type more to find others." if len(found) > MOST_FOUND else ""
    return Meant(
        typed,
        problem=f"Several are found for “{typed}”. Choose one.{more}",
        choices=[
            Choice(_query(request, field, one.id, hides), one.name or one.id, one.more)
            for one in found[:MOST_FOUND]
        ],
    )


def _query(request: HttpRequest, field: str, value: str, hides: Sequence[str]) -> str:
    return searches.query_with(request, hides, {field: value}, without=_OF_ANOTHER_PAGE)
