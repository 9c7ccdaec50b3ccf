"""Turns the bytes that Redox posts into a message that can be stored, or into the reason why it cannot be."""

import codecs
import json
from typing import Any

import orjson

from ehr.storable import NotStorable, storable

# Ten megabytes of `[],[],[]` would become half a gigabyte of lists. Commas in texts count too; no real message has
# that many.
MOST_PARTS = 1_000_000
# A body that declares one of these is windows-1252, as in every browser (WHATWG Encoding).
_LATIN = frozenset({"iso8859-1", "cp1252", "ascii"})

TOO_MANY_PARTS = "more than a million parts"
NO_ENCODING = "neither UTF-8 nor the declared encoding"
NO_JSON, NO_OBJECT = "not JSON", "not a JSON object"


class UnreadableBody(Exception):
    """`reason` is a short public code with a few words."""

    def __init__(self, words: str) -> None:
        self.reason = f"message_unreadable: {words}"
        super().__init__(self.reason)


def read(raw: bytes, charset: str = "") -> dict[str, Any]:
    """The message in a form that MongoDB can store. Raises UnreadableBody."""
    if sum(map(raw.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise UnreadableBody(TOO_MANY_PARTS)
    body = parse(raw, charset)
    if not isinstance(body, dict):
        raise UnreadableBody(NO_OBJECT)
    try:
        message: dict[str, Any] = storable(body)
    except NotStorable as error:
        raise UnreadableBody(error.words) from None
    return message


def parse(raw: bytes, charset: str = "") -> Any:
    """JSON in any encoding that is certain: that of its byte order mark or of its first zero bytes, else UTF-8, and
    only where it is not UTF-8, the declared one. Raises UnreadableBody."""
    try:
        return orjson.loads(_decoded(raw, charset))
    except UnicodeDecodeError:
        raise UnreadableBody(NO_ENCODING) from None
    except orjson.JSONDecodeError:
        raise UnreadableBody(NO_JSON) from None


def shown(raw: bytes) -> str:
    """As readable text, for staff who view what was received."""
    return raw.decode(json.detect_encoding(raw), errors="replace")


def _decoded(raw: bytes, charset: str) -> str | bytes:
    encoding = json.detect_encoding(raw)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8" and _is_latin(charset):
            return raw.decode("cp1252")
        raise


def _is_latin(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in _LATIN
    except (LookupError, ValueError):
        return False
