"""Whether someone was sent a mail: the question behind "I never got the invitation"."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel.staff import pages, roles
from kernel.staff.fields import Address, StaffForm
from notifications.services import mailer
from notifications.services.catalogue import find_mail


def _purpose(record: dict[str, Any]) -> str:
    """What the mail does, in words; "" for one that only an earlier version sent."""
    mail = find_mail(record["template"])
    return mail.purpose if mail else ""


class AddressForm(StaffForm):
    address = Address()


@pages.page("sent-mails/", name="sent_mails", needs=roles.PATIENTS)
def sent_mails(request: HttpRequest) -> HttpResponseBase:
    """The address is posted, which keeps it out of logs and browser history."""
    form = AddressForm(request.POST or None)
    address = form.cleaned_data["address"] if form.is_valid() else ""
    records = mailer.list_sent_to(address) if address else []
    if address:
        pages.record_view(
            request,
            action="mails.looked_up",
            object_type="recipient",
            object_id=mailer.recipient_hash(address),
        )
    return pages.render(
        request,
        "admin/notifications/sent.html",
        title="Was it sent?",
        crumbs=[pages.Crumb("Mails", reverse("admin:mails"))],
        address=address,
        records=[{**record, "purpose": _purpose(record)} for record in records],
        form=form,
        status=400 if form.errors else 200,
    )
