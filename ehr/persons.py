"""The key that orders work about one person before it is known who that is."""

import hashlib
from collections.abc import Iterable

import orjson

from kernel import texts


def person_key(way: str, source: object, identifiers: Iterable[tuple[str, str]]) -> str:
    """However the identifiers (type, number) are written. A digest, so it does not reveal who that is; empty without
    identifiers, which orders nothing."""
    known = sorted({tuple(map(texts.key, pair)) for pair in identifiers})
    if not known:
        return ""
    digest = hashlib.sha256(orjson.dumps([source, known], option=orjson.OPT_SORT_KEYS))
    return f"{way}:{digest.hexdigest()[:24]}"
