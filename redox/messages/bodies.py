"""Turns the bytes that Redox posts into a message that can be stored, or into the reason why it cannot be."""

import codecs
import json
from typing import Any

import orjson

DEEPEST = 90  # MongoDB accepts a hundred levels
LARGEST = 2**63 - 1
# Ten megabytes of `[],[],[]` would become half a gigabyte of lists. Commas in texts count too; no real message has
# that many.
MOST_PARTS = 1_000_000
# A body that declares one of these is windows-1252, as in every browser (WHATWG Encoding).
_LATIN = frozenset({"iso8859-1", "cp1252", "ascii"})

TOO_MANY_PARTS, TOO_DEEP = "more than a million parts", "nested too deeply"
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
    message: dict[str, Any] = _storable(body, DEEPEST)
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


def _storable(value: Any, depth: int) -> Any:
    """No operator-like keys, no numbers beyond 64 bits, not too deep."""
    if depth == 0:
        raise UnreadableBody(TOO_DEEP)
    if isinstance(value, dict):
        return {_safe_key(key): _storable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, depth - 1) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        return float(value)
    return value


def _safe_key(key: str) -> str:
    key = key.replace("\0", "")
    return "\N{FULLWIDTH DOLLAR SIGN}" + key[1:] if key.startswith("$") else key
