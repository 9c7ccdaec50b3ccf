"""How a page begins a job about a clinic, and what the work of such a job records."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes
from kernel import audit, db, jobs
from kernel.errors import DomainError
from kernel.staff import job_begins, pages
from kernel.staff.fields import TypedForm


class ConfirmForm(TypedForm):
    wrong = "The text does not match; nothing was begun."


def begin(
    request: HttpRequest, clinic: Mapping[str, Any], kind: jobs.Kind, *, reason: str, **asked: Any
) -> HttpResponseBase:
    """Leads to the page of the job. `asked` as `kernel.staff.job_begins.store` takes it."""
    clinic_id = str(clinic["_id"])
    try:
        with changes.refusals_recorded(
            request, clinic_id=clinic_id, action=kind.action, reason=reason
        ):
            job_id = db.run_in_transaction(
                lambda: job_begins.store(request, clinic, kind, reason=reason, **asked)
            )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:clinic", args=[clinic_id]))
    return job_begins.lead_to(job_id)


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
