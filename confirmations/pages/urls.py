"""Routes of the pages; none where there is a web app, or where accounts are kept in a real user service."""

from django.conf import settings
from django.urls import URLPattern, path

from confirmations.pages import accounts, home


def page_routes() -> list[URLPattern]:
    """The first of each group are the addresses that mails link to."""
    if not settings.OWN_PAGES:
        return []
    return [
        path("login", home.login),
        path("login/confirm", accounts.confirm),
        path("login/answer", home.answer),
        path("login/out", home.logout),
        path("login/forgot", accounts.forgot),
        path("login/resend", accounts.resend),
        path("signup", accounts.sign_up),
        path("signup/personal", accounts.sign_up),
        path("signup/clinician", accounts.sign_up, {"kind": "clinician"}),
        path("confirm-password-reset", accounts.password),
        path("v1/oauth/<provider>/authorize", accounts.connect),
    ]


urlpatterns = page_routes()
