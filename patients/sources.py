"""Data sources of a record when others take their place."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel import safe_reading
from kernel.db import Document

# What every caller that names a source says of it. `createdTime` and `connectedTime` are not among it: older callers do
# not know of these.
_ALWAYS_SAID = {
    *("providerName", "state", "dataSourceId"),
    *("modifiedTime", "expirationTime", "latestDataTime"),
}


def in_place_of(stored: Any, sources: Sequence[Document]) -> list[Document]:
    """The new sources, each with those fields of the stored one that its caller may not have known."""
    known = safe_reading.objects(stored)
    return [{**_unsaid(_former(source, known)), **source} for source in sources]


def _former(source: Mapping[str, Any], stored: Sequence[Document]) -> Document:
    """The one source of the provider, or of several the one with the same id."""
    alike = [s for s in stored if s.get("providerName") == source.get("providerName")]
    source_id = source.get("dataSourceId")
    same = [s for s in alike if source_id is not None and s.get("dataSourceId") == source_id]
    if same:
        return same[0]
    is_certain = len(alike) == 1 and (source_id is None or alike[0].get("dataSourceId") is None)
    return alike[0] if is_certain else {}


def _unsaid(stored: Document) -> Document:
    return {name: value for name, value in stored.items() if name not in _ALWAYS_SAID}
