"""The door of the staff site: how often somebody may try to log in, and who came in.

Tries are counted per account name and per address, exactly, in Redis. When they can not be counted nobody gets
in: a door that opens when its lock is broken is no door. The answers do not tell whether an account exists.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from clinics_site.core import audit, ratelimit
from clinics_site.core.errors import RateLimited, Unavailable

PER_NAME = "10/15minute"
PER_ADDRESS = "60/15minute"


def refuse(request: HttpRequest) -> HttpResponse | None:
    """Count this try; the page that says "not now", or None to go on."""
    name = request.POST.get("username", "").strip().casefold()[:150]
    try:
        ratelimit.hit(
            "staff.login.address", ratelimit.address_of(request), limit=PER_ADDRESS, closed=True
        )
        ratelimit.hit("staff.login.name", name, limit=PER_NAME, closed=True)
    except RateLimited as error:
        minutes = -(-error.retry_after // 60)
        text = f"Too many tries. Try again in {minutes} minute{'s' if minutes > 1 else ''}."
        return _closed(request, text, error)
    except Unavailable as error:
        return _closed(
            request, "Nobody can log in at the moment. Try again in a few minutes.", error
        )
    return None


def _closed(request: HttpRequest, text: str, error: RateLimited | Unavailable) -> HttpResponse:
    response = TemplateResponse(
        request,
        "staff/closed.html",
        {"site_title": admin.site.site_title, "title": "Log in", "text": text},
        status=error.status,
    )
    response.headers["Retry-After"] = str(error.retry_after)
    return response.render()


# --- who came in ------------------------------------------------------------------------------------------------
@receiver(user_logged_in)
def record_login(request: HttpRequest | None, user: Any, **_: Any) -> None:
    _record("staff.login", user, outcome="done")


@receiver(user_logged_out)
def record_logout(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if user is not None:
        _record("staff.logout", user, outcome="done")


@receiver(user_login_failed)
def record_failure(credentials: dict[str, Any], **_: Any) -> None:
    """What was typed is kept only when an account has that name: people type passwords there by mistake."""
    user = User.objects.filter(username=credentials.get("username") or "").first()
    _record("staff.login", user, outcome="denied")


def _record(action: str, user: Any, *, outcome: str) -> None:
    user_id = str(user.pk) if user is not None else ""
    audit.record(
        action=action,
        actor_id=user_id,
        actor_kind="staff",
        actor_name=user.get_username() if user is not None else "",
        object_type="staff_user",
        object_id=user_id,
        outcome=outcome,
    )
