"""New confirmations."""

import hashlib
from typing import Any

from confirmations.choices import Status
from confirmations.documents import ConfirmationDocument
from confirmations.services import context, states
from confirmations.services.states import Kind
from kernel import addresses, clock, ids
from kernel.db import Document


def new_confirmation(
    kind: Kind,
    *,
    template: str,
    key: str | None = None,
    email: str = "",
    user_id: str = "",
    creator_id: str = "",
    sent_by: str = "",
    clinic_id: str = "",
    creator: Document | None = None,
    shared: Any = None,
) -> ConfirmationDocument:
    """A document of this kind in its first state; empty values are unknown. `shared` becomes the context.

    `sent_by`: the custodian who acts for `creator_id`. The document is valid only as long as the custody.
    """
    moment = clock.now()
    document: Document = {
        "_id": key or ids.new_key(),
        "type": states.SHAPES[kind].type,
        "status": states.FIRST_STATUS.get(kind, Status.PENDING).value,
        "email": email,
        "userId": user_id,
        "creatorId": creator_id,
        "creator": creator or {},
        "context": context.encode(shared),
        "templateName": template,
        "created": moment,
        "modified": clock.ZERO,
        **states.expiry(kind, moment),
    }
    if clinic_id:
        document["clinicId"] = clinic_id
    if sent_by:
        document["sentBy"] = sent_by
    return ConfirmationDocument(document)


def no_account(email: str) -> ConfirmationDocument:
    """Records a password reset that was requested for an address without an account. Strangers cause it, so there
    is one per address: its key, which is never shown, is derived from the address."""
    digest = hashlib.sha256(f"no_account\0{addresses.key(email)}".encode()).hexdigest()
    return new_confirmation(Kind.NO_ACCOUNT, template="no_account", key=digest, email=email)


def template_of(document: ConfirmationDocument) -> str:
    """The template it was made with; old documents say only their type."""
    if document.get("templateName"):
        return str(document["templateName"])
    if document["type"] != states.SHAPES[Kind.CARE_TEAM].type:
        return str(document["type"])
    shared = context.decode(document.get("context"))
    permissions = shared.get(context.PERMISSIONS, shared) if isinstance(shared, dict) else {}
    return care_team_template(permissions)


def care_team_template(permissions: Document) -> str:
    alerting = "_with_alerting" if context.FOLLOW in permissions else ""
    return f"careteam_invitation{alerting}"
