"""A webhook is switched off because its receiver fails, and those who can do something about it are told."""

from collections.abc import Iterator

import structlog
from bson import ObjectId

from clinic_records.services import access
from clinics.services import clinicians
from kernel import db, mail_limits, outbox, safe_reading
from kernel.db import Document
from kernel.events import MailRequested
from webhooks.choices import OffReason, WebhookState
from webhooks.services import hooks
from webhooks.store import hooks as store

TEMPLATE = "webhook_switched_off"

log = structlog.get_logger(__name__)


def switch_off(hook_id: ObjectId, reason: OffReason) -> None:
    """With a mail to each admin of its clinic, once. One of the installation has no admins; staff see both kinds on
    their overview."""
    hook = store.find(hook_id)
    if hook is None or hook["state"] != WebhookState.ON:
        return
    mails = list(_mails(hook, reason)) if hook.get("clinicId") else []

    def change() -> bool:
        is_off_now = store.switch_off(hook_id, reason) is not None
        if is_off_now:
            outbox.emit_many(mails)
        return is_off_now

    if db.run_in_transaction(change):
        log.error("webhooks.switched_off", name=str(hook_id), reason=reason.value)


def _mails(hook: Document, reason: OffReason) -> Iterator[MailRequested]:
    """Before the transaction, because the limit is counted in Redis."""
    clinic: Document = access.find_clinic(hook["clinicId"]) or {}
    variables = {
        "ClinicName": safe_reading.text(clinic.get("name")) or "",
        "ReceiverHost": hooks.host_of(hook),
        "WebhookId": str(hook["_id"]),
        "Reason": str(reason.label),
    }
    for address in clinicians.list_addresses_of_admins(hook["clinicId"]):
        if mail_limits.may_tell_of_webhook(address):
            yield MailRequested(recipient=address, template=TEMPLATE, variables=variables)
