"""How a page begins a job, with the event that says what was asked for, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel import audit, db, jobs, outbox
from kernel.choices import AuditOutcome
from kernel.errors import DomainError
from kernel.jobs.running import OBJECT
from kernel.staff import pages, refusals


def begin(
    request: HttpRequest,
    clinic: Mapping[str, Any] | None,
    kind: jobs.Kind,
    *,
    reason: str,
    **asked: Any,
) -> HttpResponseBase:
    """Begins a job about no clinic; `clinic_records.admin.clinic_jobs` begins the others. Leads to the page of the job,
    a refused one to the list of jobs. `asked` as `store` takes it."""
    try:
        with refusals.recorded(request, action=kind.action, object_type=OBJECT, reason=reason):
            job_id = db.run_in_transaction(
                lambda: store(request, clinic, kind, reason=reason, **asked)
            )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:jobs"))
    return lead_to(job_id)


def lead_to(job_id: str) -> HttpResponseBase:
    outbox.nudge()
    return pages.go(reverse("admin:job", args=[job_id]))


def store(  # noqa: PLR0913 (all named, and passed on as they are)
    request: HttpRequest,
    clinic: Mapping[str, Any] | None,
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
) -> str:
    """The id of the job; in the caller's transaction. `narrowed`, `typed` and `left_out` as `jobs.begin` takes them.
    `then` is called with the id. Raises what refuses it."""
    job_id = str(
        jobs.begin(
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
    )
    audit.record(
        action=kind.action,
        object_type=OBJECT,
        object_id=job_id,
        clinic_id=clinic["_id"] if clinic else None,
        scope=scope,
        reason=reason,
        outcome=AuditOutcome.BEGUN,
        **pages.actor(request),
    )
    then(job_id)
    return job_id


def asked_by(request: HttpRequest) -> dict[str, str]:
    return {name: str(value) for name, value in pages.actor(request).items()}
