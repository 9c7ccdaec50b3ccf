"""What staff read of pre-orders: lists, and one of them with its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from clinic_records.services import access
from ehr.services.records import Filter, days
from kernel import safe_reading, texts
from kernel.db import Document
from kernel.safe_reading import Shape
from xealth.choices import Flow, Form
from xealth.store import staff_reads as store

_PERSON: dict[str, Shape] = {"firstName": str, "lastName": str, "email": str}
_SHAPE: dict[str, Shape] = {
    "dataTrackingId": str,
    "clinicId": ObjectId,
    "fullName": str,
    Flow.PATIENT: _PERSON,
    Flow.GUARDIAN: _PERSON,
    "tags": {"ids": [str]},
}
NO_NAME = "a patient"  # of a pre-order that the earlier service kept


@dataclass(frozen=True, slots=True)
class Submission:
    """A pre-order as it was sent. `tags`: those that the clinic has now; of the chosen ones, some may be gone."""

    document: Document
    form: Form
    data: Mapping[str, Any]
    chosen_tags: Sequence[str]
    tags: Sequence[Document]
    orders: Sequence[ObjectId]

    @property
    def full_name(self) -> str:
        return str(self.document.get("fullName") or NO_NAME)


def list_preorders(
    conditions: Filter, *, name: str, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Newest first. Clinic and days of the conditions count, and the words of the patient's name."""
    query = {**days(conditions), **store.named(texts.words_of_staff(name))}
    if conditions.clinic_ids:
        query["clinicId"] = {"$in": list(conditions.clinic_ids)}
    preorders = store.list_preorders(query, skip=skip, limit=limit)
    return [readable(preorder) for preorder in preorders], store.count_preorders(query)


def find_submission(preorder_id: ObjectId) -> Submission | None:
    stored = store.find_preorder(preorder_id)
    if stored is None:
        return None
    document = readable(stored)
    flow = flow_of(document)
    tags = safe_reading.mapping(document.get("tags"))
    return Submission(
        document=document,
        form=Form.GUARDIAN if flow is Flow.GUARDIAN else Form.PATIENT,
        data=safe_reading.mapping(document.get(flow)),
        chosen_tags=safe_reading.texts(tags.get("ids")),
        tags=_tags_of(document.get("clinicId")),
        orders=store.list_orders_of(document.get("dataTrackingId") or ""),
    )


def find_preorder_of(order_id: ObjectId) -> ObjectId | None:
    """The pre-order that an order names."""
    return store.find_preorder_of(order_id)


def readable(document: Document) -> Document:
    return safe_reading.readable(document, _SHAPE)


def flow_of(document: Document) -> Flow:
    return Flow.GUARDIAN if document.get(Flow.GUARDIAN) else Flow.PATIENT


def _tags_of(clinic_id: ObjectId | None) -> list[Document]:
    clinic = access.find_clinic(clinic_id) if clinic_id is not None else None
    return access.tags_of(clinic) if clinic is not None else []
