"""Pages with which an administrator lets a person in again: lost phone, other account at the identity
provider."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel import audit, ids
from kernel.errors import NotFound
from kernel.staff import pages, roles
from kernel.staff.fields import ReasonForm
from kernel.staff.sign_in import changes

OWN = "Your own sign-in is changed under Sign-in security, with a code"


@dataclass(frozen=True, slots=True)
class Reset:
    title: str
    action: str
    change: Callable[[ObjectId, Callable[[], Any]], bool]
    consequence: str
    done: str
    nothing: str


RESETS = {
    "second-factor": Reset(
        "Reset the second factor",
        "staff.factor_reset",
        changes.reset,
        "The next login asks for the password alone, or leads to setting up a new second factor. Make sure on another "
        "way than by mail that it is this person who asks.",
        "The second factor was reset; the account's sessions have ended.",
        "This account has no second factor.",
    ),
    "identity": Reset(
        "Unlink the identity",
        "staff.identity_unlinked",
        changes.unlink,
        "The next login through the identity provider links the account again, by its e-mail address.",
        "The identity was unlinked; the account's sessions have ended.",
        "This account is not linked to an identity.",
    ),
}


@pages.page(
    "sign-in/<str:user_id>/reset/<str:what>", name="sign_in_reset", needs=roles.RESET_SIGN_IN
)
def reset(request: HttpRequest, user_id: str, what: str) -> HttpResponseBase:
    user = User.objects.filter(pk=ids.parse_id(user_id)).first()
    if user is None or what not in RESETS:
        raise NotFound
    account_url = reverse("admin:auth_user_change", args=[user.pk])
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        _reset(request, user, RESETS[what], reason=form.cleaned_data["reason"])
        return pages.go(account_url)
    return pages.render(
        request,
        "staff/sign_in/reset.html",
        title=RESETS[what].title,
        crumbs=[pages.Crumb(user.get_username(), account_url)],
        account=user,
        reset=RESETS[what],
        form=form,
        status=400 if form.errors else 200,
    )


def _reset(request: HttpRequest, user: User, chosen: Reset, *, reason: str) -> None:
    if user.pk == request.user.pk:
        pages.fail(request, OWN)
        return
    record = recorder(user, chosen.action, reason=reason, actor=pages.actor(request))
    if chosen.change(user.pk, record):
        pages.succeed(request, chosen.done)
    else:
        pages.fail(request, chosen.nothing)


def recorder(user: User, action: str, *, reason: str, actor: pages.Actor) -> Callable[[], Any]:
    """A function that writes the audit event of a reset."""
    return lambda: audit.record(
        action=action,
        object_type="staff_user",
        object_id=str(user.pk),
        object_name=user.get_username(),
        reason=reason,
        **actor,
    )
