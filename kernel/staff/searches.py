"""Searches that may hold the name, birth date, MRN or address of a person: they stand in no address, because addresses
are kept by browsers and proxies.

A page names such fields (`pages.page(…, hides=("q",))`). Its form is posted with the field `search`; what was typed is
kept in the session, and the person is sent on to an address that has a key in its place, so that pages of a list, links
to jobs and the way back work as with any address. An address with something typed is answered in the same way. Ids may
stand in addresses, as they do in paths.
"""

import secrets
from collections.abc import Mapping, Sequence

from django.http import HttpRequest, QueryDict

from kernel import ids
from kernel.api import bounds

KEY = "search"
LOST = "What was searched for is no longer kept: type it again"
MOST_TYPED = 1000  # characters; longer than any text that is stored
UNUSABLE = f"Search: at most {MOST_TYPED} characters, and no control characters"
KEPT, _MOST_KEPT = "searches", 30


def asked(request: HttpRequest) -> Mapping[str, str]:
    """What the address asks for, with what is kept for it."""
    return {**request.GET.dict(), **_kept(request).get(request.GET.get(KEY, ""), {})}


def is_lost(request: HttpRequest) -> bool:
    """The search of this address ended with its session, or was made in another one."""
    key = request.GET.get(KEY, "")
    return bool(key) and key not in _kept(request)


class Unusable(Exception):
    """What was typed is too long to be kept, or holds what no one types."""


def moved(request: HttpRequest, hidden: Sequence[str]) -> str | None:
    """The query with the key of a search that was posted or stands in the address; None where there is none. Raises
    Unusable."""
    is_posted = request.method == "POST" and KEY in request.POST
    fields = request.POST if is_posted else request.GET
    typed = {name: value for name in hidden if (value := fields.get(name, "").strip())}
    if not is_posted and all(map(_is_id, typed.values())):
        return None
    if any(map(_is_unusable, typed.values())):
        raise Unusable
    query = fields.copy()
    for name in (*hidden, KEY, "csrfmiddlewaretoken"):
        query.pop(name, None)
    return _with_key(request, query, typed)


def _is_unusable(text: str) -> bool:
    try:
        bounds.check_text(text)
    except bounds.Unacceptable:
        return True
    return len(text) > MOST_TYPED


def query_of(request: HttpRequest, **typed: str) -> str:
    """The query that leads to a page with this search."""
    return _with_key(request, QueryDict(mutable=True), typed)


def query_with(
    request: HttpRequest, hidden: Sequence[str], ids: Mapping[str, str], *, without: Sequence[str]
) -> str:
    """The query of this page with these ids in place of what was typed, and what else is hidden behind a key."""
    asked_now = {**asked(request), **ids}
    query, typed = QueryDict(mutable=True), {}
    for name, value in asked_now.items():
        if name in hidden and value and not _is_id(value):
            typed[name] = value
        elif name != KEY and name not in without:
            query[name] = value
    return _with_key(request, query, typed)


def _with_key(request: HttpRequest, query: QueryDict, typed: Mapping[str, str]) -> str:
    if typed:
        query[KEY] = _keep(request, typed)
    return query.urlencode()


def _keep(request: HttpRequest, typed: Mapping[str, str]) -> str:
    """The same search has the same key, so that repeating it forgets no other."""
    kept = _kept(request)
    key = next((key for key, one in kept.items() if one == typed), secrets.token_urlsafe(9))
    others = [item for item in kept.items() if item[0] != key]
    request.session[KEPT] = dict([*others, (key, dict(typed))][-_MOST_KEPT:])
    return key


def _kept(request: HttpRequest) -> dict[str, dict[str, str]]:
    kept: dict[str, dict[str, str]] = request.session.get(KEPT, {})
    return kept


def _is_id(text: str) -> bool:
    return ids.is_user_id(text.lower()) or ids.parse_id(text) is not None
