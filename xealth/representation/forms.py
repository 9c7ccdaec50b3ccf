"""The forms of pre-orders: data in `xealth/forms`, in which only named places are filled."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from kernel.db import Document
from xealth.choices import Form

FOLDER = Path(__file__).parents[1] / "forms"
TAGS, SCHEMA = "tags", "schema"
_PLACE = re.compile(r"\{([a-z_.]+)\}")


@cache
def read(name: str) -> Any:
    return orjson.loads((FOLDER / f"{name}.json").read_bytes())


def fill(form: Form, *, full_name: str, tags: Sequence[Document]) -> dict[str, Any]:
    """A form for this patient, with the clinic's tags in the order in which they are given."""
    named = {"tag_ids": [str(tag["_id"]) for tag in tags], "tag_names": [t["name"] for t in tags]}
    of_tags = _filled(read(TAGS)["some" if tags else "none"], named)
    values = {"full_name": full_name, **{f"tags.{name}": part for name, part in of_tags.items()}}
    filled: dict[str, Any] = _filled(read(form), values)
    return filled


def _filled(node: Any, values: Mapping[str, Any]) -> Any:
    """A text that is nothing but a place is replaced by the value, of whatever type it is."""
    if isinstance(node, dict):
        return {name: _filled(inner, values) for name, inner in node.items()}
    if isinstance(node, list):
        return [_filled(inner, values) for inner in node]
    if not isinstance(node, str):
        return node
    whole = _PLACE.fullmatch(node)
    if whole:
        return values[whole[1]]
    return _PLACE.sub(lambda place: values[place[1]], node)
