"""Makes what a partner sends storable: MongoDB refuses some of what JSON allows (rule EHR-14)."""

from typing import Any

DEEPEST = 90  # MongoDB accepts a hundred levels
LARGEST = 2**63 - 1
TOO_DEEP = "nested too deeply"


class NotStorable(Exception):
    """`words` say why."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


def storable(value: Any, depth: int = DEEPEST) -> Any:
    """No operator-like keys, no numbers beyond 64 bits. Raises NotStorable where it is too deep."""
    if depth == 0:
        raise NotStorable(TOO_DEEP)
    if isinstance(value, dict):
        return {_safe_key(key): storable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item, depth - 1) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        return float(value)
    return value


def _safe_key(key: str) -> str:
    key = key.replace("\0", "")
    return "\N{FULLWIDTH DOLLAR SIGN}" + key[1:] if key.startswith("$") else key
