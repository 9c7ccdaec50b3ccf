"""On the page of a person whose account this service keeps: its sessions ended, and the mail with which a new password
is set sent again."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse

from confirmations.services import resets
from kernel import audit, db
from kernel.choices import AuditOutcome
from kernel.errors import DomainError
from kernel.staff import pages, roles
from kernel.staff.fields import ReasonForm
from kernel.templatetags.staff import pluralized
from users.clients.protocol import User
from users.services import accounts

ENDED, MAILED = "account.sessions_ended", "account.reset_mailed"
NO_OWNER = "No one has taken over this account yet: send the link from the page of the patient."


def _steps(_: HttpRequest, person: dict[str, Any]) -> dict[str, Any] | None:
    user: User | None = person.get("account")
    if user is None or not accounts.are_embedded():
        return None
    return {
        "sessions": accounts.count_sessions(user.user_id),
        "may_be_mailed": bool(user.address) and not user.is_custodial,
        "form": ReasonForm(),
        "end_url": reverse("admin:account_sessions_end", args=[user.user_id]),
        "mail_url": reverse("admin:account_reset_mail", args=[user.user_id]),
    }


pages.PERSON_PANELS.add(
    pages.Panel("confirmations/staff/_account_steps.html", _steps, needs=roles.MEMBERS)
)


@pages.page(
    "users/<str:user_id>/end-sessions",
    name="account_sessions_end",
    needs=roles.MEMBERS,
    posts_only=True,
)
def end_sessions(request: HttpRequest, user_id: str) -> HttpResponseBase:
    user = _access(user_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        pages.fail(request, form.first_error)
        return _back(user)
    reason = form.cleaned_data["reason"]

    def end() -> int:
        count = accounts.end_sessions(user.user_id)
        _record(request, user, action=ENDED, scope={"sessions": count}, reason=reason)
        return count

    count = db.run_in_transaction(end)
    pages.succeed(request, f"{_ended(count)} The password still works.")
    return _back(user)


def _ended(count: int) -> str:
    if not count:
        return "No session was open."
    return f"{pluralized(count, 'session')} {'was' if count == 1 else 'were'} ended."


@pages.page(
    "users/<str:user_id>/reset-mail",
    name="account_reset_mail",
    needs=roles.MEMBERS,
    posts_only=True,
)
def mail_reset(request: HttpRequest, user_id: str) -> HttpResponseBase:
    user = _access(user_id)
    if user.is_custodial or not user.address:
        _record(request, user, action=MAILED, outcome=AuditOutcome.REFUSED)
        pages.fail(request, NO_OWNER)
        return _back(user)
    try:
        resets.send_reset(user.address, also=lambda: _record(request, user, action=MAILED))
    except DomainError as error:
        _record(request, user, action=MAILED, outcome=AuditOutcome.REFUSED)
        pages.fail(request, error)
    else:
        pages.succeed(request, "The mail was sent. Links of earlier mails work until one is used.")
    return _back(user)


def _access(user_id: str) -> User:
    """Where accounts are kept elsewhere, the user service decides."""
    user = accounts.find(user_id) if accounts.are_embedded() else None
    if user is None:
        raise Http404
    return user


def _back(user: User) -> HttpResponseBase:
    return pages.go(f"{reverse('admin:user_lookup')}?q={user.user_id}")


def _record(
    request: HttpRequest,
    user: User,
    *,
    action: str,
    scope: dict[str, Any] | None = None,
    reason: str = "",
    outcome: str = AuditOutcome.DONE,
) -> None:
    audit.record(
        action=action,
        object_type="user",
        object_id=user.user_id,
        scope=scope,
        reason=reason,
        outcome=outcome,
        **pages.actor(request),
    )
