"""What a service refuses is in the audit trail, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bson import ObjectId
from django.http import HttpRequest

from kernel import audit
from kernel.choices import AuditOutcome
from kernel.errors import DomainError
from kernel.staff import pages


@contextmanager
def recorded(
    request: HttpRequest,
    *,
    action: str,
    object_type: str,
    object_id: str = "",
    object_name: str = "",
    clinic_id: ObjectId | None = None,
    reason: str = "",
    requested: dict[str, Any] | None = None,
) -> Iterator[None]:
    """Where the service refuses what is done within: the object, what was requested, and the service's reason, which is
    never about a person."""
    try:
        yield
    except DomainError as error:
        audit.record(
            action=action,
            object_type=object_type,
            object_id=object_id,
            object_name=object_name,
            clinic_id=clinic_id,
            reason=reason,
            outcome=AuditOutcome.REFUSED,
            scope={
                "status": error.status,
                "refused": pages.sentence(error.message),
                "wanted": requested or {},
            },
            **pages.actor(request),
        )
        raise
