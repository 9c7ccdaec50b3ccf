"""On the page of a patient: each order that was matched to the person, and what was sent for it, with its report."""

from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from ehr.admin import records
from ehr.services.records import kinds_of
from kernel import ids
from kernel.db import Document
from kernel.errors import NotFound
from kernel.staff import pages, roles
from patients.admin import readable_patients
from redox.admin import deliveries
from redox.services import admin_reads

MOST_SHOWN = 20


def _orders(request: HttpRequest, patient: Document) -> dict[str, Any] | None:
    matched = {
        message["id"]: name
        for name, subscription in sorted((patient.get("ehrSubscriptions") or {}).items())
        for message in subscription.get("matchedMessages") or []
        if isinstance(message.get("id"), ObjectId)
    }
    if not matched:
        return None
    newest = sorted(matched, reverse=True)[:MOST_SHOWN]
    sent = admin_reads.list_sent_for(newest)
    kinds = kinds_of(newest) if pages.has(request, roles.MESSAGES) else {}
    return {
        "rows": [
            {
                "id": str(order),
                "time": order.generation_time,
                "subscription": matched[order],
                "url": records.url_of(kinds[order], str(order)) if order in kinds else "",
                "sent": [_sent(patient, delivery) for delivery in sent.get(order, ())],
            }
            for order in newest
        ],
        "more": len(matched) - len(newest),
    }


def _sent(patient: Document, delivery: Document) -> dict[str, Any]:
    """The report of another patient, which a document may have named before it was corrected, has no link."""
    is_own = _is_of(delivery, patient["clinicId"], patient["userId"])
    return {
        "id": str(delivery["_id"]),
        "kind": delivery["kind"],
        "time": delivery.get("time"),
        "is_embedded": bool(delivery.get("embedded")),
        "report_url": reverse(
            "admin:patient_report", args=[patient["clinicId"], patient["userId"], delivery["_id"]]
        )
        if is_own and delivery.get("hasReport")
        else "",
    }


def _is_of(delivery: Document, clinic_id: ObjectId, user_id: str) -> bool:
    return (delivery.get("clinicId"), delivery.get("userId")) == (clinic_id, user_id)


@pages.page(
    "clinics/<str:clinic_id>/patients/<str:user_id>/reports/<str:delivery_id>.pdf",
    name="patient_report",
    needs=roles.PATIENTS,
)
def report(
    request: HttpRequest, clinic_id: str, user_id: str, delivery_id: str
) -> HttpResponseBase:
    """For staff who see the patient, whether or not they see messages of the health record."""
    patient = readable_patients.access_patient(clinic_id, user_id)
    delivery = admin_reads.find_delivery(ids.parse_id(delivery_id) or ObjectId())
    if delivery is None or not _is_of(delivery, patient["clinicId"], user_id):
        raise NotFound
    return deliveries.as_report(request, delivery)


pages.PATIENT_PANELS.add(
    pages.Panel("redox/staff/_patient_panel.html", _orders, needs=roles.PATIENTS)
)
