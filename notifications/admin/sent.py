"""Whether someone was sent a mail: the question behind "I never got the invitation"."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinics_site.admin import pages, roles
from notifications.services import mailer


@pages.page("sent-mails/", name="sent_mails", needs=roles.PATIENTS)
def sent_mails(request: HttpRequest) -> HttpResponseBase:
    """The address is posted, so that it stands in no log and no browser history."""
    address = request.POST.get("address", "").strip()
    records = mailer.list_sent_to(address) if address else []
    if address:
        pages.record_look(
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
        records=records,
    )
