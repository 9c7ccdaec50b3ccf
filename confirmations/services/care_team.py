"""Care-team invitations: a person shares data with a person (rules CONFIRM-117 to CONFIRM-138)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from confirmations.choices import Status
from confirmations.documents import ConfirmationDocument
from confirmations.services import context, guards, mails, people, states, texts, transitions
from confirmations.services.documents import care_team_template, new_confirmation
from confirmations.services.failures import Failed
from confirmations.services.states import Event, Kind
from confirmations.store import confirmations as store
from kernel import clock, db, mail_limits
from kernel.db import Document
from kernel.errors import BadRequest, Conflict, Forbidden, NotFound, Unauthorized
from kernel.principal import Principal
from users.clients.protocol import Permissions
from users.services.neighbours import data_service, permission_service

CARE_TEAM = states.shape_filter(Kind.CARE_TEAM)
PENDING = {**CARE_TEAM, "status": Status.PENDING.value}
# Clinic shares are sent by the same people and shown in the same list.
SENT = {
    "type": states.SHAPES[Kind.CARE_TEAM].type,
    "status": {"$in": [Status.PENDING.value, Status.DECLINED.value]},
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What is shared with whom."""

    email: str
    permissions: Mapping[str, Any]
    nickname: str | None = None
    alerts: Mapping[str, Any] | None = None


def send_invite(sender_id: str, offer: Offer, caller: Principal) -> ConfirmationDocument:
    context.check_alerts(context.care_team(offer.permissions, offer.nickname, offer.alerts))
    if not context.UNSHARED.isdisjoint(offer.permissions):
        raise BadRequest(message=texts.CONTEXT_INVALID)
    _refuse_second_invite(sender_id, offer.email)
    receiver_id = people.find_id_by_address(offer.email)
    permissions = _with_present_permissions(sender_id, receiver_id, offer.permissions)
    document = new_confirmation(
        Kind.CARE_TEAM,
        template=care_team_template(permissions),
        email=offer.email,
        user_id=receiver_id,
        creator_id=sender_id,
        sent_by=people.custodian_among(caller, sender_id),
        shared=context.care_team(permissions, offer.nickname, offer.alerts),
    )
    sharer = people.name_of_sharer(people.find_profile(sender_id))

    def write() -> None:
        guards.take_turns("careteam", sender_id, offer.email)
        _refuse_second_invite(sender_id, offer.email)
        store.insert_confirmation(document)
        _mail(document, sharer, nickname=offer.nickname)

    with mail_limits.counted(offer.email, caller.acting_user_id):
        db.run_in_transaction(write)
    return document


def _refuse_second_invite(sender_id: str, email: str) -> None:
    pending = {**PENDING, **states.unexpired(clock.now()), "creatorId": sender_id}
    if store.find_newest_of_address(email, pending) is not None:
        raise Conflict(message=texts.ALREADY_INVITED)


def _with_present_permissions(
    sender_id: str, receiver_id: str, offered: Mapping[str, Any]
) -> dict[str, Any]:
    """A member of the care team may only be invited to follow, and keeps every permission held so far."""
    if not receiver_id or not (held := people.permissions_of(sender_id, receiver_id)):
        return dict(offered)
    if context.FOLLOW in offered and context.FOLLOW not in held:
        # What a clinic permits stays with the clinic: it must end with the receiver's membership.
        granted = people.grants_of(sender_id, receiver_id)
        return {**context.shared_alone(granted), **offered}
    raise Conflict(message=texts.ALREADY_MEMBER)


def _mail(document: ConfirmationDocument, sharer: str, *, nickname: str | None = None) -> None:
    variables = {
        "CareteamName": sharer,
        "Email": document["email"],
        "WebPath": "login" if document["userId"] else "signup/personal",
    }
    if nickname:
        variables["Nickname"] = nickname
    mails.request(document, variables=variables)


def resend_invite(key: str, caller: Principal) -> Document:
    """Mail a pending invitation again; it lives as long as a new one. Only for callers who may speak for its sender."""
    document = store.find_by_key(key, PENDING)
    if document is None or not _may_speak_for(caller, document["creatorId"]):
        raise Forbidden(message=texts.FORBIDDEN)
    sharer = people.name_of_sharer(people.find_profile(document["creatorId"]))

    def write() -> ConfirmationDocument:
        owner_id = document["creatorId"]
        current_sender = {"sentBy": people.custodian_among(caller, owner_id)}
        parties = {"creatorId": owner_id}
        renewed = transitions.perform(Kind.CARE_TEAM, Event.RESEND, key, parties, current_sender)
        if renewed is None:
            raise Forbidden(message=texts.FORBIDDEN)
        _mail(renewed, sharer)
        return renewed

    with mail_limits.counted(document["email"], caller.acting_user_id):
        return db.run_in_transaction(write)


def _may_speak_for(caller: Principal, user_id: str) -> bool:
    return caller.is_server or people.has_custody(user_id, caller.user_id)


def accept_invite(*, user_id: str, invited_by: str, key: str) -> None:
    """Grant what was offered. Raises NotFound, Forbidden for someone else's invitation, or BadRequest."""
    give_to_its_receiver(user_id, key, PENDING)
    document = store.find_by_key(key, {})
    if document is None:
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    if not _is_acceptable(document, user_id, invited_by):
        raise Forbidden(message=texts.FORBIDDEN)
    if states.has_expired(document, clock.now()):
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    context.read_care_team(document)
    parties = {"userId": user_id, "creatorId": invited_by}
    accepted = transitions.accept_with_neighbours(Kind.CARE_TEAM, key, parties, _grant)
    if accepted is None:
        raise Forbidden(message=texts.FORBIDDEN)


def _is_acceptable(document: ConfirmationDocument, user_id: str, invited_by: str) -> bool:
    return (
        document["type"] == states.SHAPES[Kind.CARE_TEAM].type
        and "clinicId" not in document
        and document["status"] == Status.PENDING
        and document.get("userId") == user_id
        and document.get("creatorId") == invited_by
    )


def _grant(document: ConfirmationDocument) -> None:
    if not people.is_addressed_to(document, people.get_account(document["userId"])):
        raise Forbidden(message=texts.FORBIDDEN)
    if people.get_account(document["creatorId"]) is None or not people.sender_still_may(document):
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    shared = context.read_care_team(document)
    owner_id, follower_id = document["creatorId"], document["userId"]
    try:
        _set_permissions(owner_id, follower_id, shared[context.PERMISSIONS])
    except people.OUTAGE:
        raise Failed(texts.PERMISSIONS_FAILED) from None
    alerts = context.known_alerts(shared.get(context.ALERTS))
    if not alerts:
        return
    # Alerts are about the sender's data, whatever the invitation says.
    config = {**alerts, "userId": follower_id, "followedUserId": owner_id}
    try:
        data_service().set_alerts(owner_id, follower_id, config)
    except people.OUTAGE:
        raise Failed(texts.ALERTS_FAILED) from None


def _set_permissions(owner_id: str, follower_id: str, offered: Permissions) -> None:
    """Accepting neither grants nor removes the permissions that no invitation shares."""
    held = permission_service().get_permissions(owner_id, follower_id)
    unshared = {name: held[name] for name in context.UNSHARED if name in held}
    granted = {**context.shared_alone(offered), **unshared}
    permission_service().set_permissions(owner_id, follower_id, granted)


def dismiss_invite(*, user_id: str, invited_by: str, key: str) -> None:
    give_to_its_receiver(user_id, key, PENDING)
    parties = {"userId": user_id, "creatorId": invited_by}
    if transitions.find_open(Kind.CARE_TEAM, Event.DECLINE, key, parties) is None:
        raise NotFound(message=texts.INVITE_NOT_FOUND)
    account = people.get_account(user_id)

    def write() -> None:
        declined = transitions.perform(Kind.CARE_TEAM, Event.DECLINE, key, parties)
        if declined is None or not people.is_addressed_to(declined, account):
            raise NotFound(message=texts.INVITE_NOT_FOUND)

    db.run_in_transaction(write)


def cancel_invite(*, sender_id: str, email: str) -> None:
    """Cancels the sender's newest invitation to this address that is pending or declined."""
    conditions = {**CARE_TEAM, "status": SENT["status"], "creatorId": sender_id}
    document = store.find_newest_of_address(email, conditions)
    parties = {"creatorId": sender_id}
    if document is None or not transitions.perform(
        Kind.CARE_TEAM, Event.CANCEL, document["_id"], parties
    ):
        raise NotFound(message=texts.INVITE_NOT_FOUND)


def list_sent(sender_id: str) -> list[ConfirmationDocument]:
    """Expired ones too, because their sender can send them again. Raises NotFound when there are none."""
    return _not_empty(store.list_newest_first({**SENT, "creatorId": sender_id}))


def list_received(user_id: str) -> list[ConfirmationDocument]:
    """What the user can accept now. Raises NotFound when there are none."""
    conditions = {**PENDING, **states.unexpired(clock.now())}
    return _not_empty(list_addressed_to(user_id, conditions))


def list_addressed_to(user_id: str, conditions: Mapping[str, Any]) -> list[ConfirmationDocument]:
    """Newest first. Includes those sent before the account existed, or while another account had the address.

    An account whose address is not verified receives nothing.
    """
    account = people.get_account(user_id)
    if account is None:
        raise Unauthorized(message=texts.NOT_AUTHORIZED)
    if not account.email_verified:
        return []
    if account.address:
        store.set_receiver(account.address, conditions, user_id)
    documents = store.list_newest_first({**conditions, "userId": user_id})
    return [
        document
        for document in documents
        if people.is_addressed_to(document, account) and people.sender_still_may(document)
    ]


def give_to_its_receiver(user_id: str, key: str, conditions: Mapping[str, Any]) -> None:
    """As listing does, for one: an invitation that was sent before the account existed, or while another account had
    the address, can be answered without having been listed."""
    document = store.find_by_key(key, conditions)
    if document is None or document.get("userId") == user_id:
        return
    if people.is_addressed_to(document, people.get_account(user_id)):
        store.set_receiver_of(document, user_id)


def _not_empty(documents: list[ConfirmationDocument]) -> list[ConfirmationDocument]:
    if not documents:
        raise NotFound(message=texts.NOTHING_FOUND)
    return documents
