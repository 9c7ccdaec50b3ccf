"""After the end: other services see what was done, mails are asked for, and what was kept to take the merge back is
removed."""

from collections.abc import Iterator
from typing import Any

from clinics.events import AccountMerged
from kernel import db, outbox
from kernel.choices import ClinicianRole
from kernel.db import Document
from merges.choices import RecordAction
from merges.services import stages
from merges.services.steps import BATCH, advance
from merges.store import items as item_store
from merges.store import plan_documents

_FROM_SOURCE = (RecordAction.MOVE, RecordAction.MERGE)


def publish(merge: Document) -> None:
    """They may send mails when they see it, so nothing is shown of a merge that is still taken back."""

    def show() -> None:
        if plan_documents.publish(merge["_id"], BATCH):
            advance(merge)
        else:
            advance(merge, stage=stages.ANNOUNCING)

    db.run_in_transaction(show)


def announce(merge: Document) -> None:
    def emit() -> None:
        items = item_store.list_after(merge["_id"], merge["announced"], BATCH)
        if not items:
            advance(merge, stage=stages.CLEARING)
            return
        outbox.emit_many(
            AccountMerged(
                user_id=user_id,
                role=role,
                source_clinic_name=merge["sourceName"],
                target_clinic_name=merge["targetName"],
            )
            for user_id, role in _told(items)
        )
        advance(merge, announced=items[-1]["number"])

    db.run_in_transaction(emit)


def _told(items: list[Document]) -> Iterator[tuple[str, str]]:
    """(user id, role) of everyone who gets a mail."""
    for item in items:
        before: dict[str, Any] = item.get("before") or {}
        if item["kind"] == "patient" and before.get("action") and before["userId"]:
            yield before["userId"], "patient"
        elif item["kind"] == "clinician" and before.get("userId"):
            if before.get("action") in _FROM_SOURCE:
                yield before["userId"], "source_clinician"
            elif ClinicianRole.ADMIN in item["resultingRoles"]:
                yield before["userId"], "target_admin"


def clear(merge: Document) -> None:
    if not item_store.remove_some(merge["_id"]):
        advance(merge, stage=stages.ENDED)
