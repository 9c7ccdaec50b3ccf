"""A webhook is switched off because its receiver fails, and those who can do something about it are told."""

import structlog
from bson import ObjectId

from clinic_records.services import access
from clinics.services import clinicians
from kernel import db, outbox, safe_reading
from kernel.db import Document
from kernel.events import MailRequested
from webhooks.choices import OffReason
from webhooks.services import hooks
from webhooks.store import hooks as store

TEMPLATE = "webhook_switched_off"

log = structlog.get_logger(__name__)


def switch_off(hook_id: ObjectId, reason: OffReason) -> None:
    """With a mail to each admin of its clinic, once. One of the installation has no admins; staff see both kinds on
    their overview."""

    def change() -> bool:
        hook = store.switch_off(hook_id, reason)
        if hook is not None and hook.get("clinicId"):
            _tell_admins(hook, reason)
        return hook is not None

    if db.run_in_transaction(change):
        log.error("webhooks.switched_off", name=str(hook_id), reason=reason.value)


def _tell_admins(hook: Document, reason: OffReason) -> None:
    clinic: Document = access.find_clinic(hook["clinicId"]) or {}
    variables = {
        "ClinicName": safe_reading.text(clinic.get("name")) or "",
        "ReceiverHost": hooks.host_of(hook),
        "WebhookId": str(hook["_id"]),
        "Reason": str(reason.label),
    }
    outbox.emit_many(
        MailRequested(recipient=address, template=TEMPLATE, variables=variables)
        for address in clinicians.list_addresses_of_admins(hook["clinicId"])
    )
