"""Before the connection to a health record is saved: what orders and reports would lose by it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bson import ObjectId

from clinics.choices import Destination, Procedure
from clinics.services import ehr_settings
from kernel.db import Document
from kernel.templatetags.staff import counted
from patients.services import staff_reads

_GROUPS: Mapping[str, Mapping[str, str]] = {
    "procedureCodes": dict(Procedure.choices),
    "destinationIds": {kind: f"Destination of {kind}" for kind in Destination.values},
}
_LOST = {
    "procedureCodes": "orders with it are no longer carried out",
    "destinationIds": "nothing of this kind is sent any more",
}


def of_connection(clinic_id: ObjectId, before: Document, after: Document) -> dict[str, Any]:
    """Both as bodies of the API have them; `before` is empty without a connection."""
    return {
        "warnings": [
            *_switched_off(clinic_id, before, after),
            *_cleared(before, after),
            *_moved(before, after),
            *_twice(after),
        ],
        "others": _others(clinic_id, after),
    }


def _switched_off(clinic_id: ObjectId, before: Document, after: Document) -> Iterator[str]:
    if before.get("enabled") and not after.get("enabled"):
        count = staff_reads.count_subscribed(clinic_id)
        yield (
            "The connection is switched off: orders are refused, and "
            f"{counted(count)} subscribed patients have no more reports."
        )


def _cleared(before: Document, after: Document) -> Iterator[str]:
    """Codes and destinations that there were, and that are empty now or have another value."""
    for group, titles in _GROUPS.items():
        for name, title in titles.items():
            old = (before.get(group) or {}).get(name)
            new = (after.get(group) or {}).get(name)
            if old and not new:
                yield f"{title}: {old} is cleared, so {_LOST[group]}."
            elif old and old != new:
                yield f"{title}: {old} becomes {new}. The EHR team has to use it from now on."


def _moved(before: Document, after: Document) -> Iterator[str]:
    old, new = before.get("sourceId"), after.get("sourceId")
    if old and old != new:
        yield f"Source id: messages of {old} no longer belong to this clinic."


def _twice(after: Document) -> Iterator[str]:
    codes = Counter((after.get("procedureCodes") or {}).values())
    for code, count in codes.items():
        if code and count > 1:
            yield f"The code {code} is that of {count} procedures: an order with it can mean only one of them."


def _others(clinic_id: ObjectId, after: Document) -> list[Document]:
    """Clinics that have the same source: a message that fits two clinics belongs to neither."""
    source = after.get("sourceId")
    if not source or not after.get("enabled"):
        return []
    found = ehr_settings.find_ehr_clinics(provider=after["provider"], source_id=source)
    return [
        {"id": clinic["_id"], "name": clinic.get("name")}
        for clinic in found
        if clinic["_id"] != clinic_id
    ]
