"""Which clinics is she in? By e-mail or id, as a clinician and as a patient."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from clinics.services import patients, staff_reads
from clinics_site.admin import pages, roles
from clinics_site.core import addresses
from clinics_site.core.db import Document
from clinics_site.core.http import ServiceError, ServiceUnavailable
from users.clients.protocol import User
from users.services.neighbours import user_service


@pages.page("users/", name="user_lookup", needs=roles.FIND)
def lookup(request: HttpRequest) -> HttpResponseBase:
    text = request.GET.get("q", "").strip()[:200]
    sees_patients = pages.has(request, roles.PATIENTS)
    typed = addresses.of_account(text)
    user, problem = _find(typed or text) if text else (None, "")
    user_id = user.user_id if user else (text if text and "@" not in text else None)
    email = user.address if user else typed
    memberships = staff_reads.list_memberships(user_id=user_id, email=email) if text else []
    records = patients.list_patients_of_user(user_id) if user_id and sees_patients else []
    if user_id and sees_patients:
        pages.record_look(
            request,
            action="user.looked_up",
            object_type="user",
            object_id=user_id,
            scope={"patientRecords": len(records), "memberships": len(memberships)},
        )
    return pages.render(
        request,
        "clinics/staff/user_lookup.html",
        title="User look-up",
        text=text,
        user_found=user,
        problem=problem,
        memberships=_with_names(memberships),
        records=_with_names(records),
        sees_patients=sees_patients,
    )


def _find(text: str) -> tuple[User | None, str]:
    """The account; the clinics of a known id are shown even when the user service does not answer."""
    if "@" in text and addresses.of_account(text) is None:
        return (
            None,
            "This is no e-mail address: it holds a character that only looks like another, or none at all.",
        )
    try:
        return user_service().get_user(text), ""
    except (ServiceUnavailable, ServiceError):
        return None, "The user service does not answer: only what clinics know is shown."


def _with_names(documents: list[Document]) -> list[dict[str, Any]]:
    names = staff_reads.names_of([document["clinicId"] for document in documents])
    return [
        {**document, "clinic_name": names.get(document["clinicId"], "(deleted clinic)")}
        for document in documents
    ]
