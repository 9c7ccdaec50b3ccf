"""How staff pages change a clinic: through a service, guarded against conflicts, with the audit event in the same
transaction."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from clinic_records.admin import readable_clinics
from clinic_records.services import access, closures
from kernel import audit, db, ids
from kernel.api.rendering import encode
from kernel.choices import AuditOutcome
from kernel.db import Document
from kernel.errors import Conflict
from kernel.staff import pages, refusals

MOVED = "someone changed this meanwhile; check the present values and try again"
Part = Callable[[Document], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Subject:
    """The object of a change in a clinic. The audit trail stores its id, and shows a name to those who may see it; only
    objects that are not people have a `name` here. If `id` is empty, the change creates the object and returns its
    id."""

    kind: str
    id: str
    name: str = ""


def fingerprint(part: dict[str, Any]) -> str:
    """Identifies the state in which a form was opened. It covers only the settings of that form: a clinic's
    `updatedTime` changes with every new patient, and would refuse changes without need."""
    return hashlib.sha256(encode(part)).hexdigest()[:24]


def change_clinic(
    request: HttpRequest,
    *,
    clinic_id: str,
    action: str,
    part: Part,
    opened_on: str | None,
    change: Callable[[], object],
    reason: str = "",
    subject: Subject | None = None,
    requested: dict[str, Any] | None = None,
) -> None:
    """Run `change` if this part of the stored clinic is still as the form showed it, and record it before and after.

    Raises Conflict if it is not, and any refusal of the service; a refusal is recorded too.
    """

    def apply() -> None:
        stored = access.access_clinic(clinic_id)
        clinic, before = readable_clinics.clinic(stored), part(stored)
        if opened_on is not None and fingerprint(before) != opened_on:
            raise Conflict(message=MOVED)
        created_id = change()
        after = part(access.access_clinic(clinic_id))
        changed = subject or Subject("clinic", clinic_id, clinic.get("name") or "")
        record(
            request,
            clinic=clinic,
            action=action,
            object_type=changed.kind,
            object_id=changed.id or str(created_id),
            object_name=changed.name,
            before=before,
            after=after,
            reason=reason,
        )

    guarded(
        request,
        clinic_id=clinic_id,
        action=action,
        reason=reason,
        change=apply,
        subject=subject,
        requested=requested,
    )


def guarded(
    request: HttpRequest,
    *,
    clinic_id: str,
    action: str,
    reason: str,
    change: Callable[[], object],
    subject: Subject | None = None,
    requested: dict[str, Any] | None = None,
) -> None:
    """Run `change` in one transaction, with `refusals_recorded`."""
    with refusals_recorded(
        request,
        clinic_id=clinic_id,
        action=action,
        reason=reason,
        subject=subject,
        requested=requested,
    ):
        db.run_in_transaction(change)


@contextmanager
def refusals_recorded(
    request: HttpRequest,
    *,
    clinic_id: str,
    action: str,
    reason: str,
    subject: Subject | None = None,
    requested: dict[str, Any] | None = None,
) -> Iterator[None]:
    """If the service refuses the change, the refusal is recorded in the audit trail: its subject (by default the
    clinic), what was requested, and the service's reason, which is never about a person. The source of a merge is read
    only.

    For a change that asks other services, which no transaction may wait for: its service opens the transaction, and
    records the change in it by a function that the page passes.
    """
    changed = subject or Subject("clinic", clinic_id)
    with refusals.recorded(
        request,
        action=action,
        object_type=changed.kind,
        object_id=changed.id,
        object_name=changed.name,
        clinic_id=ids.parse_id(clinic_id),
        reason=reason,
        requested=requested,
    ):
        closures.require_open(clinic_id)
        yield


def record(  # noqa: PLR0913 (an event has this many fields, all named)
    request: HttpRequest,
    *,
    clinic: Document,
    action: str,
    object_type: str = "clinic",
    object_id: str = "",
    object_name: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    scope: dict[str, Any] | None = None,
    reason: str = "",
    outcome: str = AuditOutcome.DONE.value,
) -> None:
    """Record an event about a clinic, with its present name, or about an object in it, by id."""
    audit.record(
        action=action,
        object_type=object_type,
        object_id=object_id or str(clinic["_id"]),
        object_name=clinic.get("name") or "" if object_type == "clinic" else object_name,
        clinic_id=clinic["_id"],
        before=before,
        after=after,
        scope=scope,
        reason=reason,
        outcome=outcome,
        **pages.actor(request),
    )
