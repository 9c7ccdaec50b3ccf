"""After the end: mails are asked for, and what was kept to take the merge back is removed."""

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

_FROM_SOURCE = (RecordAction.MOVE, RecordAction.MERGE)


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
