"""Logins of staff: the page for a refused login, and the audit events of logins and failures.

The answers do not tell whether an account exists.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from kernel import audit
from kernel.choices import ActorKind, AuditOutcome
from kernel.errors import RateLimited, Unavailable
from kernel.staff.sign_in import store


def refuse(request: HttpRequest, error: RateLimited | Unavailable) -> HttpResponse:
    """The page that refuses a login: too many attempts, or Redis is down and attempts cannot be counted.
    Letting people in then would disable the limit."""
    text = "No one can log in at the moment. Try again in a few minutes."
    if isinstance(error, RateLimited):
        text = f"Too many tries. Try again in {_duration(error.retry_after)}."
    response = closed(request, text, status=error.status)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def closed(request: HttpRequest, text: str, *, status: int) -> HttpResponse:
    context = {"site_title": admin.site.site_title, "title": "Log in", "text": text}
    return TemplateResponse(request, "staff/closed.html", context, status=status).render()


def _duration(seconds: int) -> str:
    minutes = -(-seconds // 60)
    number, unit = (minutes, "minute") if minutes <= 90 else (-(-minutes // 60), "hour")
    return f"{number} {unit}{'s' if number > 1 else ''}"


# --- audit events -----------------------------------------------------------------------------------------------
@receiver(user_logged_in)
def record_login(request: HttpRequest | None, user: Any, **_: Any) -> None:
    by = getattr(request, "signed_in_by", "")
    record("staff.login", user, scope={"by": by} if by else None)


@receiver(user_logged_out)
def record_logout(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if user is not None:
        record("staff.logout", user)


@receiver(user_login_failed)
def record_failure(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """The typed name is recorded only if an account has that name: people type passwords there by mistake."""
    if "username" not in credentials:
        reason = getattr(request, "provider_refusal", "")
        record(
            "staff.login",
            None,
            outcome=AuditOutcome.DENIED,
            scope={"by": "provider", "why": reason},
        )
        return
    user = User.objects.filter(username=credentials["username"] or "").first()
    record("staff.login", user, outcome=AuditOutcome.DENIED, scope={"by": "password"})


@receiver(post_delete, sender=User)
def forget(instance: Any, **_: Any) -> None:
    store.forget(instance.pk)


def record(action: str, user: Any, *, outcome: str = AuditOutcome.DONE.value, **parts: Any) -> None:
    """Write an audit event in which the account is both actor and object."""
    user_id = str(user.pk) if user is not None else ""
    audit.record(
        action=action,
        actor_id=user_id,
        actor_kind=ActorKind.STAFF,
        actor_name=user.get_username() if user is not None else "",
        object_type="staff_user",
        object_id=user_id,
        outcome=outcome,
        **parts,
    )
