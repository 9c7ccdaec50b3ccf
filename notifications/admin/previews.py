"""Every mail as its receiver would see it, filled with invented people and clinics."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel.errors import NotFound
from kernel.staff import pages, roles
from notifications.services.catalogue import CATALOGUE, find_mail
from notifications.services.rendering import render


@pages.page("mails/", name="mails", needs=roles.FIND)
def mails(request: HttpRequest) -> HttpResponseBase:
    rows = [(mail, render(mail, mail.sample).subject) for mail in CATALOGUE.values()]
    return pages.render(request, "admin/notifications/mails.html", title="Mails", rows=rows)


@pages.page("mails/<slug:template>/", name="mail_preview", needs=roles.FIND)
def preview(request: HttpRequest, template: str) -> HttpResponseBase:
    mail = find_mail(template)
    if mail is None:
        raise NotFound(message="no such mail")
    return pages.render(
        request,
        "admin/notifications/preview.html",
        title=template,
        crumbs=[pages.Crumb("Mails", reverse("admin:mails"))],
        mail=mail,
        rendered=render(mail, mail.sample),
    )
