"""How a page begins a job about a clinic, with the event that says what was asked for, in one transaction; and what the
work of such a job records."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes
from kernel import audit, jobs, outbox
from kernel.choices import AuditOutcome
from kernel.db import Document
from kernel.errors import DomainError
from kernel.jobs.running import OBJECT
from kernel.staff import pages
from kernel.staff.fields import TypedForm


class ConfirmForm(TypedForm):
    wrong = "The text does not match; nothing was begun."


def begin(  # noqa: PLR0913 (all named, and passed on as they are)
    request: HttpRequest,
    clinic: Document,
    kind: jobs.Kind,
    *,
    wanted: Mapping[str, Any],
    options: Mapping[str, Any],
    scope: dict[str, Any],
    about: str,
    reason: str,
    narrowed: Sequence[tuple[str, str]] = (),
    typed: str = "",
    left_out: Mapping[str, int] | None = None,
    then: Callable[[str], None] = lambda _: None,
) -> HttpResponseBase:
    """Leads to the page of the job. `narrowed`, `typed` and `left_out` as `jobs.begin` takes them. `then` is called in
    the transaction with the id of the job."""
    begun: list[str] = []

    def apply() -> None:
        job_id = jobs.begin(
            kind,
            clinic=clinic,
            asked_by=asked_by(request),
            wanted=wanted,
            options=options,
            about=about,
            narrowed=narrowed,
            typed=typed,
            left_out=left_out,
            reason=reason,
        )
        begun[:] = [str(job_id)]
        changes.record(
            request,
            clinic=clinic,
            action=kind.action,
            object_type=OBJECT,
            object_id=begun[0],
            scope=scope,
            reason=reason,
            outcome=AuditOutcome.BEGUN,
        )
        then(begun[0])

    clinic_id = str(clinic["_id"])
    try:
        changes.guarded(
            request, clinic_id=clinic_id, action=kind.action, reason=reason, change=apply
        )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:clinic", args=[clinic_id]))
    outbox.nudge()
    return pages.go(reverse("admin:job", args=begun))


def asked_by(request: HttpRequest) -> dict[str, str]:
    return {name: str(value) for name, value in pages.actor(request).items()}


def signature(task: jobs.Task) -> str:
    """The person who asked for the job, as in `pages.signature`."""
    return pages.signature_of(task.asked_by["actor_id"])


def record_one(
    task: jobs.Task,
    *,
    action: str,
    object_type: str,
    object_id: str,
    clinic_id: ObjectId | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    scope: Mapping[str, Any] | None = None,
) -> None:
    """In the transaction of the work: the event that one object was changed, as the page of that object records it.
    `clinic_id`: if it is not that of the job."""
    audit.record(
        action=action,
        object_type=object_type,
        object_id=object_id,
        clinic_id=clinic_id or task.clinic_id,
        before=before,
        after=after,
        scope={**(scope or {}), "job": str(task.id)},
        reason=task.reason,
        actor_id=task.asked_by["actor_id"],
        actor_kind=task.asked_by["actor_kind"],
        actor_name=task.asked_by["actor_name"],
    )
