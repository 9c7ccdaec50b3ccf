"""Webhooks of all clinics and of the installation: the list, a page for each with its messages, and what is done to
them."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from bson import ObjectId
from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse

from clinic_records.services import access
from clinics.admin import meant
from kernel import audit
from kernel.db import Document
from kernel.errors import DomainError, NotFound
from kernel.staff import overview, pages, paging, roles
from kernel.staff.fields import Reason, ReasonForm, StaffForm, Text, TypedForm
from kernel.staff.subjects import KINDS, Kind, by_itself
from webhooks.choices import (
    DeliveryFailure,
    DeliveryState,
    EventKind,
    OffReason,
    WebhookState,
)
from webhooks.services import hooks
from webhooks.services.hooks import Details

KINDS["webhook"] = Kind(roles.INTEGRATION, address=by_itself("admin:webhook", roles.INTEGRATION))

_KINDS = {WebhookState.ON: "good", WebhookState.OFF: "bad", WebhookState.ENDED: ""}
_DELIVERY_KINDS = {DeliveryState.DELIVERED: "good", DeliveryState.PARKED: "bad"}


class WebhookForm(StaffForm):
    url = Text(
        ("webhook.v1", "url"),
        label="Address",
        help_text="An https address on the internet. Redirects are not followed.",
    )
    clinic = forms.CharField(
        required=False,
        label="Clinic",
        max_length=250,
        help_text=f"{meant.HELP} Empty: it is told of all clinics.",
    )
    kinds = forms.MultipleChoiceField(
        label="Events", choices=EventKind.choices, widget=forms.CheckboxSelectMultiple
    )
    description = Text(("webhook.v1", "description"), required=False, label="What it is for")
    reason = Reason()

    def clean_clinic(self) -> ObjectId | None:
        text = meant.normal(self.cleaned_data["clinic"])
        if not text:
            return None
        clinic_id: ObjectId = meant.only(meant.list_meant(text))["_id"]
        return clinic_id


@pages.page("webhooks/", name="webhooks", needs=roles.INTEGRATION)
def webhooks(request: HttpRequest) -> HttpResponseBase:
    form = WebhookForm(request.POST or None)
    made = _create(request, form) if request.method == "POST" and form.is_valid() else None
    if made is not None:
        return _render_one(request, *made)
    number, size = paging.requested(request)
    page, total = hooks.list_all(skip=(number - 1) * size, limit=size)
    names = access.names_of_clinics([one["clinicId"] for one in page if one.get("clinicId")])
    return pages.render(
        request,
        "webhooks/staff/list.html",
        title="Webhooks",
        rows=[_row(hook, names) for hook in page],
        paging=paging.paging(request, shown=len(page), total=total),
        form=form,
        status=400 if form.errors else 200,
    )


_SHOWN_ON_OVERVIEW = 8


def _overview_section(request: HttpRequest) -> str:
    """Nothing while none is off because its receiver fails."""
    found, total = hooks.list_given_up(_SHOWN_ON_OVERVIEW)
    if not found:
        return ""
    names = access.names_of_clinics([one["clinicId"] for one in found if one.get("clinicId")])
    context = {"rows": [_row(hook, names) for hook in found], "more": total - len(found)}
    return render_to_string("webhooks/staff/_given_up_section.html", context, request)


overview.add(roles.INTEGRATION, _overview_section)


def _create(request: HttpRequest, form: WebhookForm) -> tuple[Document, str] | None:
    """None if it was refused: then the page shows what was typed."""
    entered = form.cleaned_data
    details = Details(entered["url"], entered["kinds"], entered["description"])
    record = _recording(request, "webhook.registered", entered["reason"])
    try:
        return hooks.create(
            entered["clinic"], details, created_by=pages.signature(request), then=record
        )
    except DomainError as error:
        form.add_error(None, pages.sentence(error.message))
        return None


@pages.page("webhooks/<str:webhook_id>/", name="webhook", needs=roles.INTEGRATION)
def webhook(request: HttpRequest, webhook_id: str) -> HttpResponseBase:
    return _render_one(request, hooks.find_hook(webhook_id))


def _render_one(request: HttpRequest, hook: Document, secret: str = "") -> HttpResponseBase:
    state = request.GET.get("state", "")
    state = state if state in DeliveryState.values else ""
    number, size = paging.requested(request)
    deliveries, total = hooks.list_deliveries(
        hook, state=state or None, skip=(number - 1) * size, limit=size
    )
    clinic_ids = [hook["clinicId"]] if hook.get("clinicId") else []
    return pages.render(
        request,
        "webhooks/staff/webhook.html",
        title="Webhook",
        crumbs=[pages.Crumb("Webhooks", reverse("admin:webhooks"))],
        row=_row(hook, access.names_of_clinics(clinic_ids)),
        secret=secret,
        deliveries=[_delivery(one) for one in deliveries],
        paging=paging.paging(request, shown=len(deliveries), total=total),
        state=state,
        states=DeliveryState.choices,
        form=ReasonForm(),
        actions=_actions(hook),
    )


@pages.page(
    "webhooks/<str:webhook_id>/do", name="webhook_do", needs=roles.INTEGRATION, posts_only=True
)
def do(request: HttpRequest, webhook_id: str) -> HttpResponseBase:
    """One of ACTIONS, with a reason."""
    hook = hooks.find_hook(webhook_id)
    action = ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise NotFound
    back = reverse("admin:webhook", args=[webhook_id])
    form = ReasonForm(request.POST)
    if not form.is_valid():
        pages.fail(request, form.first_error)
        return pages.go(back)
    record = _recording(request, action.name, form.cleaned_data["reason"])
    try:
        result = action.carry_out(hook, then=record)
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(back)
    pages.succeed(request, action.done)
    if isinstance(result, tuple):  # a new secret, which no later page can show
        return _render_one(request, *result)
    return pages.go(back)


@pages.page("webhooks/<str:webhook_id>/remove", name="webhook_remove", needs=roles.INTEGRATION)
def remove(request: HttpRequest, webhook_id: str) -> HttpResponseBase:
    hook = hooks.find_hook(webhook_id)
    host, back = hooks.host_of(hook), reverse("admin:webhook", args=[webhook_id])
    form = TypedForm(request.POST or None, typed=host)
    if form.is_valid():
        return _remove(request, hook, form.cleaned_data["reason"])
    return pages.render(
        request,
        "staff/removal.html",
        title="Remove a webhook",
        crumbs=[pages.Crumb("Webhooks", reverse("admin:webhooks")), pages.Crumb(host, back)],
        removal={
            "title": "Remove the webhook",
            "consequences": [
                f"{host} is told nothing any more. Messages that wait are not sent.",
                "Its messages and its secret are removed. What was registered stays in the audit trail.",
                "To have it tell again later, switch it off instead.",
            ],
            "typed": host,
            "back": back,
        },
        form=form,
        status=400 if form.errors else 200,
    )


def _remove(request: HttpRequest, hook: Document, reason: str) -> HttpResponseBase:
    hooks.remove(hook, then=_recording(request, "webhook.removed", reason))
    pages.succeed(request, "The webhook was removed.")
    return pages.go(reverse("admin:webhooks"))


@pages.page(
    "webhooks/<str:webhook_id>/messages/<str:message_id>/replay",
    name="webhook_replay",
    needs=[roles.INTEGRATION, roles.REQUEUE],
    posts_only=True,
)
def replay(request: HttpRequest, webhook_id: str, message_id: str) -> HttpResponseBase:
    hook = hooks.find_hook(webhook_id)
    record = _recording(request, "webhook.replayed", "", scope={"message": message_id})
    try:
        hooks.replay(hook, message_id, then=record)
    except NotFound:
        raise
    except DomainError as error:
        pages.fail(request, error)
    else:
        pages.succeed(request, "The message is sent again.")
    return pages.go(reverse("admin:webhook", args=[webhook_id]))


class _Action(NamedTuple):
    label: str
    name: str  # in the audit trail
    carry_out: Callable[..., Any]
    done: str  # what is said then


ACTIONS = {
    "test": _Action(
        "Send a message to try the receiver",
        "webhook.tested",
        hooks.send_test,
        "A message was sent to try the receiver.",
    ),
    "replay": _Action(
        f"Send what was parked, the oldest {hooks.MOST_REPLAYED} at most",
        "webhook.parked_replayed",
        hooks.replay_parked,
        "What was parked is sent again.",
    ),
    "off": _Action(
        "Switch off: what happens meanwhile is not told later",
        "webhook.switched_off",
        partial(hooks.switch, is_on=False),
        "The webhook is off.",
    ),
    "on": _Action(
        "Switch on: what happens from now on is told",
        "webhook.switched_on",
        partial(hooks.switch, is_on=True),
        "The webhook is on.",
    ),
    "rotate": _Action(
        "New secret: for 24 hours both sign",
        "webhook.secret_changed",
        hooks.rotate_secret,
        "The webhook has a new secret.",
    ),
}
_WHILE_ON = ("test", "replay", "off")


def _actions(hook: Document) -> list[tuple[str, str]]:
    """Those that make sense now."""
    state = WebhookState(hook["state"])
    left_out = {WebhookState.ON: ("on",), WebhookState.OFF: _WHILE_ON}.get(
        state, ("on", *_WHILE_ON)
    )
    return [(word, action.label) for word, action in ACTIONS.items() if word not in left_out]


def _recording(
    request: HttpRequest, action: str, reason: str, scope: dict[str, Any] | None = None
) -> Callable[[Document], None]:
    """The audit event, for the transaction of the change. The address may hold a secret, so its host is named alone."""

    def record(hook: Document) -> None:
        audit.record(
            action=action,
            object_type="webhook",
            object_id=str(hook["_id"]),
            clinic_id=hook.get("clinicId"),
            after={"kinds": hook["kinds"], "host": hooks.host_of(hook)},
            scope=scope,
            reason=reason,
            **pages.actor(request),
        )

    return record


def _row(hook: Document, names: dict[ObjectId, str]) -> dict[str, Any]:
    state = WebhookState(hook["state"])
    reason = hook.get("offReason")
    is_failing = state is WebhookState.ON and hook.get("failingSince") is not None
    clinic_id = hook.get("clinicId")
    return {
        "id": str(hook["_id"]),
        "clinic_id": str(clinic_id) if clinic_id else "",
        "clinic": names.get(clinic_id, "") if clinic_id else "",
        "url": hook["url"],
        "host": hooks.host_of(hook),
        "kinds": _labels(hook["kinds"]),
        "description": hook.get("description") or "",
        "state": "fails" if is_failing else state.label,
        "state_kind": "warn" if is_failing else _KINDS[state],
        "is_on": state is WebhookState.ON,
        "is_off": state is WebhookState.OFF,
        "off_reason": OffReason(reason).label if reason and state is WebhookState.OFF else "",
        "failures": hook["failures"],
        "failing_since": hook.get("failingSince"),
        "held_until": hook.get("heldUntil"),
        "delivered": hook.get("deliveredTime"),
        "old_secret_until": hook.get("oldSecretUntil"),
        "created": hook["createdTime"],
    }


def _labels(kinds: Iterable[str]) -> list[str]:
    known = dict(EventKind.choices)
    return [str(known.get(kind, kind)) for kind in kinds]


def _delivery(delivery: Document) -> dict[str, Any]:
    error = delivery.get("lastError")
    known = dict(DeliveryFailure.choices)
    return {
        "id": str(delivery["_id"]),
        "kind": delivery["kind"],
        "data": delivery["data"],
        "time": delivery["eventTime"],
        "state": DeliveryState(delivery["state"]).label,
        "state_kind": _DELIVERY_KINDS.get(DeliveryState(delivery["state"]), ""),
        "is_waiting": delivery["state"] == DeliveryState.WAITING,
        "attempts": delivery["attempts"],
        "status": delivery.get("lastStatus"),
        "error": known.get(error, error) if error else "",
        "last": delivery.get("lastTime"),
    }
