"""Merges in the audit trail, in the histories of both clinics: who asked for one, and how it ended."""

from dataclasses import dataclass
from typing import Any, TypedDict

from bson import ObjectId

from kernel import audit
from kernel.choices import ActorKind, AuditOutcome
from kernel.db import Document
from kernel.errors import DomainError
from merges.choices import MergeState
from merges.plan.model import MergePlan, Severity
from merges.services import requesters

MERGED, TAKEN_BACK = "clinic.merged", "clinic.merge_taken_back"
STOPPED = "clinic.merge_stopped"
EXPORTED = "merge.report_exported"
_ENDS = {
    MergeState.COMPLETED.value: (MERGED, AuditOutcome.DONE),
    MergeState.REFUSED.value: (MERGED, AuditOutcome.REFUSED),
    MergeState.TAKEN_BACK.value: (TAKEN_BACK, AuditOutcome.DONE),
}


class _Actor(TypedDict):
    actor_id: str
    actor_kind: str
    actor_name: str


def record_begin(merge: Document) -> None:
    """In the transaction that begins it."""
    _record(merge, MERGED, AuditOutcome.BEGUN)


def record_stop(merge: Document, *, by: str, reason: str) -> None:
    """In the transaction that turns it back."""
    _record(merge, STOPPED, AuditOutcome.DONE, by=by, reason=reason)


def record_refusal(
    *,
    action: str,
    source_id: ObjectId,
    target_id: ObjectId,
    error: DomainError,
    by: str,
    reason: str = "",
) -> None:
    """What someone asked for in vain."""
    scope = {
        "source": str(source_id),
        "target": str(target_id),
        "status": error.status,
        "refused": error.words or error.message,
    }
    for clinic_id in (source_id, target_id):
        audit.record(
            action=action,
            object_type="clinic",
            object_id=str(clinic_id),
            clinic_id=clinic_id,
            scope=scope,
            reason=reason,
            outcome=AuditOutcome.REFUSED,
            **_actor(by),
        )


def record_end(merge: Document) -> None:
    """In the transaction that ends it, whichever way."""
    _record(merge, *_ENDS[merge["state"]])


@dataclass(frozen=True, slots=True)
class Exported:
    """One of the two clinics of a workbook, and how many of its patients are in it."""

    id: ObjectId
    name: str
    rows: int


def record_report(plan: MergePlan, *, requested_by: str) -> None:
    """Before the workbook is given away: it has every patient of both clinics."""
    sides = (Exported(one.id, one.name, len(one.patients)) for one in (plan.source, plan.target))
    record_export(*sides, requested_by=requested_by)


def record_export(source: Exported, target: Exported, *, requested_by: str, job: str = "") -> None:
    """`job`: the one that makes the workbook."""
    scope = {"source": str(source.id), "target": str(target.id), **({"job": job} if job else {})}
    for clinic in (source, target):
        audit.record(
            action=EXPORTED,
            object_type="clinic",
            object_id=str(clinic.id),
            object_name=clinic.name,
            clinic_id=clinic.id,
            scope={**scope, "rows": clinic.rows},
            **_actor(requested_by),
        )


def _record(
    merge: Document, action: str, outcome: AuditOutcome, *, by: str = "", reason: str = ""
) -> None:
    """By the one who asked for the merge, and with that reason, unless it says another."""
    for side in ("source", "target"):
        audit.record(
            action=action,
            object_type="clinic",
            object_id=str(merge[f"{side}Id"]),
            object_name=merge[f"{side}Name"],
            clinic_id=merge[f"{side}Id"],
            scope=_scope(merge),
            reason=reason or merge["reason"],
            outcome=outcome,
            **_actor(by or merge["requestedBy"]),
        )


def _scope(merge: Document) -> dict[str, Any]:
    """Numbers and ids; the codes of problems, since who they are about is no matter of the trail."""
    blocking = [p["code"] for p in merge["problems"] if p["severity"] == Severity.BLOCKS.value]
    return {
        "merge": str(merge["_id"]),
        "source": str(merge["sourceId"]),
        "target": str(merge["targetId"]),
        "numbers": merge["numbers"],
        **({"problems": blocking} if blocking else {}),
        **({"problem": merge["problem"]} if merge["problem"] else {}),
    }


def _actor(requested_by: str) -> _Actor:
    is_staff = requested_by.startswith(requesters.STAFF)
    return {
        "actor_id": requesters.staff_id(requested_by),
        "actor_kind": ActorKind.STAFF if is_staff else ActorKind.SYSTEM,
        "actor_name": requesters.names_of([requested_by])[requested_by],
    }
