"""Texts arrive in their normal form: what the description calls a name, an MRN, a share code or a search
(`x-text`) is normalised before anything is checked. So three blanks are not a name, and a length is that of
the name.

`@operation` sends every body, path and query value through here, so a new operation cannot forget it; lenient
parsing does it before its own checks.
"""

from collections.abc import Callable
from typing import Any

from kernel import texts
from kernel.api.schema import Schema
from kernel.api.schema_paths import Path, change_at, find_paths

KEYWORD = "x-text"
SEARCH = "search"  # blanks alone are a search, which finds everyone
FORMS: dict[str, Callable[[str], str]] = {
    "name": texts.name,
    "mrn": texts.mrn,
    "shareCode": texts.share_code,
    SEARCH: texts.name,
}
LITERAL = "literal"


def with_normal_texts(schema: Schema, value: Any) -> Any:
    """`value` may still be invalid."""
    for path in text_paths(schema):
        value = change_at(value, path, _normal)
    return value


def text_paths(schema: Schema) -> tuple[Path, ...]:
    """The paths of the texts in a value of this schema that have a normal form."""
    return find_paths(schema, _kind_of)


def _kind_of(schema: Schema) -> str | None:
    kind = schema.get(KEYWORD)
    return kind if kind in FORMS else None


def _normal(value: Any, kind: str) -> Any:
    return FORMS[kind](value) if isinstance(value, str) else value
