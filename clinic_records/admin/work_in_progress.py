"""Work that goes on in a clinic while staff decide about the clinic: each app says what it has, so
a page names all of it without knowing the apps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bson import ObjectId


@dataclass(frozen=True, slots=True)
class Work:
    """`state`: how far it is, in words. `page` is for who has all rights that it `needs`. `if_source`, `if_target`:
    what becomes of it where the clinic is merged into another, and where another is merged into the clinic."""

    title: str
    state: str
    page: str
    needs: tuple[str, ...]
    if_source: str
    if_target: str


_FINDERS: list[Callable[[ObjectId], Iterable[Work]]] = []


def add(find: Callable[[ObjectId], Iterable[Work]]) -> None:
    _FINDERS.append(find)


def list_of(clinic_id: ObjectId) -> list[Work]:
    return [work for find in _FINDERS for work in find(clinic_id)]
