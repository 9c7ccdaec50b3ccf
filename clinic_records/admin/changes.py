"""How staff change a clinic: through a service, guarded, with the audit entry in the same transaction."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from clinic_records.admin import readable_clinics
from clinic_records.services import access
from kernel import audit, db, ids
from kernel.api.rendering import encode
from kernel.choices import AuditOutcome
from kernel.db import Document
from kernel.errors import Conflict, DomainError
from kernel.staff import pages

MOVED = "someone changed this meanwhile; check the present values and try again"
Part = Callable[[Document], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a clinic a change is about: a reference that the audit trail resolves for who may see it. A name is only
    given to what is no person. Without an id it is what the change makes, and returns the id of."""

    kind: str
    id: str
    name: str = ""


def fingerprint(part: dict[str, Any]) -> str:
    """What a form was opened on. It covers the settings of the form alone: a clinic's `updatedTime` moves with
    every new patient, and would refuse changes that nothing stands in the way of."""
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
    wanted: dict[str, Any] | None = None,
) -> None:
    """Run `change` if the part of the stored clinic still is as the form showed it, and record before and after.

    Raises Conflict when it is not, and whatever the service refuses with; a refusal is recorded too.
    """

    def apply() -> None:
        stored = access.access_clinic(clinic_id)
        clinic, before = readable_clinics.clinic(stored), part(stored)
        if opened_on is not None and fingerprint(before) != opened_on:
            raise Conflict(message=MOVED)
        made = change()
        after = part(access.access_clinic(clinic_id))
        about = subject or Subject("clinic", clinic_id, clinic.get("name") or "")
        record(
            request,
            clinic=clinic,
            action=action,
            object_type=about.kind,
            object_id=about.id or str(made),
            object_name=about.name,
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
        wanted=wanted,
    )


def guarded(
    request: HttpRequest,
    *,
    clinic_id: str,
    action: str,
    reason: str,
    change: Callable[[], object],
    subject: Subject | None = None,
    wanted: dict[str, Any] | None = None,
) -> None:
    """One transaction; when the service refuses, the refusal is what the audit trail gets: what it was about (the
    clinic itself unless said), what was wanted, and why not in the service's words, which never are about a person."""
    try:
        db.run_in_transaction(change)
    except DomainError as error:
        about = subject or Subject("clinic", clinic_id)
        audit.record(
            action=action,
            object_type=about.kind,
            object_id=about.id,
            object_name=about.name,
            clinic_id=ids.parse_id(clinic_id),
            reason=reason,
            outcome=AuditOutcome.REFUSED,
            scope={
                "status": error.status,
                "refused": pages.sentence(error.message),
                "wanted": wanted or {},
            },
            **pages.actor(request),
        )
        raise


def record(  # noqa: PLR0913 (an event has that many parts, all named)
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
    """An event about a clinic, with the clinic's name at that time, or about something of it, by id."""
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
