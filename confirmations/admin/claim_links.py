"""On the page of a patient whose account the clinic looks after: the link with which the person takes it over."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, readable_clinics
from confirmations.services import claim_links, signups
from kernel import clock, safe_reading
from kernel.db import Document
from kernel.errors import DomainError
from kernel.staff import pages, roles
from patients.custody import is_custodial

RESENT = "patient.invitation_sent_again"
SENT, SENT_AGAIN = "The link was sent.", "A new link was sent; the one before no longer works."


def _link(_: HttpRequest, patient: Document) -> dict[str, Any] | None:
    """Its key is a secret, and not shown."""
    if not is_custodial(patient):
        return None
    user_id = str(patient["userId"])
    pending: Document = signups.find_pending(user_id) or {}
    expires = safe_reading.moment(pending.get("expiresAt"))
    return {
        "pending": bool(pending),
        "sent": safe_reading.moment(pending.get("created")),
        "address": safe_reading.text(pending.get("email")) or "",
        "expires": expires,
        "has_expired": expires is not None and expires < clock.now(),
        "has_address": bool(patient.get("email")),
        "resend_url": reverse(
            "admin:patient_invitation_resend", args=[patient["clinicId"], user_id]
        ),
    }


pages.PATIENT_PANELS.add(
    pages.Panel("confirmations/staff/_claim_link.html", _link, needs=roles.PATIENTS)
)


@pages.page(
    "clinics/<str:clinic_id>/patients/<str:user_id>/invitation",
    name="patient_invitation_resend",
    needs=[roles.PATIENTS, roles.CARE],
    posts_only=True,
)
def resend(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    subject = changes.Subject("patient", user_id)
    done = SENT_AGAIN if signups.find_pending(user_id) else SENT

    def record() -> None:
        changes.record(
            request, clinic=clinic, action=RESENT, object_type=subject.kind, object_id=subject.id
        )

    try:
        with changes.refusals_recorded(
            request, clinic_id=clinic_id, action=RESENT, reason="", subject=subject
        ):
            claim_links.resend(clinic_id=str(clinic["_id"]), user_id=user_id, also=record)
    except DomainError as error:
        pages.fail(request, error)
    else:
        pages.succeed(request, done)
    return pages.go(reverse("admin:clinic_patient", args=[clinic_id, user_id]))
