"""What Redox posts: verification of the endpoint, and messages (rules EHR-1 to EHR-14).

Redox stops the whole feed on any status of 400 and above. So everything that comes with the right token is stored first
and checked later; what cannot be read is stored as it came and parked with its reason.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from bson import Binary, ObjectId
from pymongo.errors import DocumentTooLarge, DuplicateKeyError

from clinic_records.choices import EhrProvider
from ehr.persons import person_key
from ehr.reading import Json, Part, Unreadable
from ehr.services import processing
from kernel import accesses, clock, db, ids, outbox, shared_secrets
from kernel.choices import AccessKind
from kernel.db import Document
from kernel.errors import Unauthorized
from redox import configuration
from redox.kinds import MESSAGE
from redox.messages import bodies
from redox.messages.bodies import UnreadableBody
from redox.messages.orders import usable_identifiers
from redox.services import expected
from redox.store import messages as store

TOKEN_REQUIRED = "verification token is required"  # noqa: S105 (a message)
TOKEN_INVALID = "invalid verification token"  # noqa: S105 (a message)
NO_META = "no Meta with a DataModel and an EventType"
TOO_LARGE = "too large for the database"
VERIFICATION_BYTES = 4096
LONGEST_KEY = 500  # of a delivery; a longer log id is not used
# The metadata that is stored beside the message, where it has the type that the data model says.
_KEPT: Mapping[str, type] = {
    **dict.fromkeys(("DataModel", "EventType", "EventDateTime", "FacilityCode"), str),
    **dict.fromkeys(("Source", "Message", "Transmission"), dict),
    **dict.fromkeys(("Destinations", "Logs"), list),
}
_TESTS = {"true": True, "false": False}

log = structlog.get_logger(__name__)


def verify(token: Any, challenge: Any) -> str:
    """The challenge, for a caller who knows the token. Always raises Unauthorized while no token is configured."""
    if not _is_ours(token):
        raise Unauthorized(TOKEN_INVALID)
    return challenge if isinstance(challenge, str) else ""


def check_header(token: str | None) -> None:
    if not token:
        raise Unauthorized(TOKEN_REQUIRED)
    if not _is_ours(token):
        raise Unauthorized(TOKEN_INVALID)
    accesses.note_caller(AccessKind.EHR, EhrProvider.REDOX)


def find_verification(raw: bytes, charset: str = "") -> Mapping[str, Any] | None:
    """The body, if it is a verification: Redox verifies the URL that it posts messages to."""
    if len(raw) > VERIFICATION_BYTES:
        return None
    try:
        body = bodies.parse(raw, charset)
    except UnreadableBody:
        return None
    if not isinstance(body, dict) or "Meta" in body:
        return None
    return body if {"verification-token", "challenge"} <= body.keys() else None


def receive(raw: bytes, charset: str = "") -> None:
    """Store a message to be processed. One that was delivered before is acknowledged again, and processed again if
    it has failed."""
    try:
        _store(_document(bodies.read(raw, charset)))
    except UnreadableBody as error:
        _store_unreadable(raw, error)
    except DocumentTooLarge:
        _store_unreadable(raw, UnreadableBody(TOO_LARGE))
    outbox.nudge()


def _document(message: Json) -> Document:
    meta = _meta(message)
    document: Document = {"_id": ids.new_id(), "meta": meta, "message": message}
    key = _delivery_key(meta)
    return document if key is None else {**document, "deliveryKey": key}


def _store(document: Document) -> None:
    def insert() -> None:
        store.insert_message(document)
        expected.expect_message(document["_id"], clock.now(), about=_subject(document))

    try:
        db.run_in_transaction(insert)
    except DuplicateKeyError:
        _restart(store.find_delivered(document["deliveryKey"]))


def _restart(message_id: ObjectId | None) -> None:
    """Redox or its operators sent it again: what is done is not done twice, what has failed gets another try."""
    if message_id is not None and processing.requeue(MESSAGE, message_id):
        log.info("ehr.message_restarted", row=str(message_id))


def _store_unreadable(raw: bytes, error: UnreadableBody) -> None:
    """A worker will park it."""
    document: Document = {"_id": ids.new_id(), "meta": {}, "raw": Binary(raw)}
    document["reason"] = error.reason

    def insert() -> None:
        store.insert_message(document)
        expected.expect_message(document["_id"], clock.now(), about="", is_readable=False)

    db.run_in_transaction(insert)
    log.error("ehr.message_unreadable", reason=error.reason, row=str(document["_id"]))


def _is_ours(token: Any) -> bool:
    sent_token = token if isinstance(token, str) else ""
    present, old = map(configuration.text, ("verification_token", "old_verification_token"))
    return shared_secrets.is_either(sent_token, present, old)


def _meta(message: Json) -> dict[str, Any]:
    """Raises UnreadableBody where it does not say what the message is."""
    meta = message.get("Meta")
    if not isinstance(meta, Mapping):
        raise UnreadableBody(NO_META)
    kept = {name: meta[name] for name, kind in _KEPT.items() if isinstance(meta.get(name), kind)}
    if not all(kept.get(name, "").strip() for name in ("DataModel", "EventType")):
        raise UnreadableBody(NO_META)
    return {
        **dict.fromkeys(("EventDateTime", "FacilityCode")),
        "Test": _test(meta.get("Test")),
        **kept,
    }


def _test(value: Any) -> bool | None:
    """It is only shown, so an unexpected value is not a reason to stop the feed."""
    if isinstance(value, str):
        return _TESTS.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _delivery_key(meta: Json) -> str | None:
    """Redox keeps the log id when it tries again, so source and log id identify a message. Without both of them,
    repeated deliveries cannot be recognized."""
    metadata = Part("message", meta)
    try:
        source = metadata.part("Source").raw_text("ID", longest=LONGEST_KEY)
        logs = [entry.raw_text("ID", longest=LONGEST_KEY) for entry in metadata.parts("Logs")[:1]]
    except Unreadable:
        return None
    return f"{source}:{logs[0]}" if source and logs and logs[0] else None


def _subject(document: Document) -> str:
    """The key that orders messages about one person."""
    message = Part("message", document["message"])
    try:
        identifiers = usable_identifiers(message.part("Patient"))
        source = message.part("Meta").part("Source").values.get("ID")
    except Unreadable:
        return ""
    return person_key("redox", source, identifiers)
