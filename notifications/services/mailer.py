"""Sends one mail per `mail.requested` event, whichever process is killed in between.

The record of an event goes sending -> sent. A try that raised is `failed` and may be repeated. A try whose worker was
killed is neither: the provider may have taken the mail a moment before. It is repeated once, with the same Message-ID:
a lost invitation does harm, while a second copy, which mailboxes fold into the first, does not. When the second worker
is killed too, the event is parked, so that a mail that kills its worker cannot reach anyone many times.
See docs/decisions/0007-mails.md.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from hashlib import sha256
from smtplib import SMTPRecipientsRefused
from typing import Any

import structlog
from anymail.exceptions import AnymailRecipientsRefused
from bson import ObjectId
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from kernel import addresses, clock, leases, neighbours, noting
from kernel.errors import PermanentFailure, RetryLater
from notifications.choices import SendState
from notifications.services.catalogue import Mail, find_mail
from notifications.services.rendering import RenderedMail, VariableMissing, render
from notifications.store import sent_mails

REPEATS_AFTER_DEATH = 1
MOST_LISTED = 100
_TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,80}")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MailRequest:
    event_id: ObjectId
    recipient: str
    template: str
    variables: dict[str, str]


class StillSending(RetryLater):
    """Another worker holds this mail, or was killed with it a moment ago: try again soon."""

    def __init__(self) -> None:
        super().__init__("mail_still_sending", wait=timedelta(seconds=5))


def deliver_mail(
    *, event_id: str, recipient: str | None, template: str | None, variables: Mapping[str, Any]
) -> None:
    """Send what an event asks for, at most once as far as this side can tell."""
    request = MailRequest(
        event_id=ObjectId(event_id),
        recipient=_recipient(recipient),
        template=str(template or ""),
        variables={name: "" if value is None else str(value) for name, value in variables.items()},
    )
    mail = _sendable(request)
    if mail is None:
        return
    message = compose(request, _rendered(mail, request))
    if _claim(request):
        _send(request, message)


def _recipient(text: Any) -> str:
    """Canonical; a text that is not an address stays as it is, and its mail is dropped later."""
    return addresses.account_address(str(text or "")) or str(text or "").strip()


def _sendable(request: MailRequest) -> Mail | None:
    """The mail to send; None when it is dropped, which is logged with the template's name."""
    mail = find_mail(request.template)
    if mail is None:
        known = _TEMPLATE_NAME.fullmatch(request.template)
        _drop(request.template if known else "unreadable", "template_unknown")
        return None
    if not is_address(request.recipient):
        _drop(request.template, "recipient_invalid" if request.recipient else "recipient_empty")
        return None
    return mail


def _drop(template: str, reason: str) -> None:
    log.warning("mail.dropped", template=template, reason=reason)


def is_address(text: str) -> bool:
    return addresses.account_address(text) is not None


def _rendered(mail: Mail, request: MailRequest) -> RenderedMail:
    try:
        return render(mail, request.variables)
    except VariableMissing:
        reason = "mail_variable_missing"
        raise PermanentFailure(reason) from None


def compose(request: MailRequest, rendered: RenderedMail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        to=[addresses.for_mail(request.recipient)],
        headers={"Message-ID": message_id(request.event_id), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(rendered.html, "text/html")
    return message


def message_id(event_id: ObjectId) -> str:
    """The same for every try, so that a mailbox can tell a second copy from a second mail."""
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    domain = sender.rpartition("@")[2] or "localhost"
    return f"<{event_id}@{domain}>"


def recipient_hash(address: str) -> str:
    """Identifies a recipient only to those who know both the secret key and the address."""
    folded = addresses.key(address).encode(errors="replace")
    return hmac.new(settings.SECRET_KEY.encode(), b"mail:" + folded, sha256).hexdigest()


def list_sent_to(address: str) -> list[dict[str, Any]]:
    """What was sent or is being sent to an address, newest first, for staff who answer a question about it."""
    records = sent_mails.list_by_recipient(recipient_hash(address), limit=MOST_LISTED)
    return [{**record, "event": str(record["_id"])} for record in records]


def _claim(request: MailRequest) -> bool:
    """True when this worker has to send now, False when the mail has been sent."""
    first = sent_mails.insert_sending(
        event_id=request.event_id,
        template=request.template,
        recipient_hash=recipient_hash(request.recipient),
    )
    if first or sent_mails.claim_again(request.event_id):
        return True
    silent = clock.now() - leases.LEASE
    if sent_mails.claim_abandoned(request.event_id, before=silent, most=REPEATS_AFTER_DEATH):
        log.warning("mail.repeated", template=request.template, row=str(request.event_id))
        return True
    if sent_mails.set_unclear(request.event_id, before=silent):
        reason = "mail_outcome_unclear"
        raise PermanentFailure(reason)
    return _sent_or_wait(request)


def _sent_or_wait(request: MailRequest) -> bool:
    record = sent_mails.find(request.event_id)
    if record is not None and record["state"] == SendState.SENT:
        return False
    raise StillSending


def _send(request: MailRequest, message: EmailMultiAlternatives) -> None:
    try:
        # Renewing the claim while the provider is slow keeps other workers from sending the same mail.
        with leases.renewed(lambda: sent_mails.renew_claim(request.event_id)):
            _hand_over(message)
    except (SMTPRecipientsRefused, AnymailRecipientsRefused) as error:
        sent_mails.set_state(request.event_id, SendState.FAILED)
        if not _is_final(error):
            raise
        reason = "mail_recipient_refused"
        raise PermanentFailure(reason) from None
    except Exception:
        sent_mails.set_state(request.event_id, SendState.FAILED)
        raise
    noting.insist(lambda: sent_mails.set_state(request.event_id, SendState.SENT))
    log.info("mail.sent", template=request.template, row=str(request.event_id))


def _hand_over(message: EmailMultiAlternatives) -> None:
    with neighbours.call("mail") as call:
        try:
            message.send()
        except (SMTPRecipientsRefused, AnymailRecipientsRefused):
            call.accepted()  # the provider works, the address does not
            raise
        call.accepted()


def _is_final(error: Exception) -> bool:
    """SMTP says 4xx for "not now" (a full mailbox, greylisting) and 5xx for "never"."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return True
