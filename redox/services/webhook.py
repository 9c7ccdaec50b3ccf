"""What Redox posts: verification of the endpoint, and messages (behaviour note ehr, 5.1-5.2).

Redox stops the whole feed on any status of 400 and above, so a message is refused only when it is not Redox's or
can not be read; everything else is stored first and judged later.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson
from pymongo.errors import DocumentTooLarge, DuplicateKeyError

from clinics_site.core import clock, db, ids, outbox
from clinics_site.core.db import Document
from clinics_site.core.errors import BadRequest, PayloadTooLarge, Unauthorized
from redox import configuration
from redox.messages.orders import UnreadableOrder, member, objects
from redox.services import processing
from redox.store import messages as store

TOKEN_REQUIRED = "verification token is required"  # noqa: S105 (a message)
TOKEN_INVALID = "invalid verification token"  # noqa: S105 (a message)
UNREADABLE = "unable to unmarshall message"
NO_META = "cannot process message with invalid metadata"
VERIFICATION_BYTES = 4096
DEEPEST = 90  # MongoDB nests a hundred levels
LARGEST = 2**63 - 1
# Ten megabytes of `[],[],[]` would become half a gigabyte of lists. Commas in texts count too: there are fewer of them.
MOST_PARTS = 1_000_000
_TEXTS = ("DataModel", "EventType", "EventDateTime", "FacilityCode")
_KEPT = (*_TEXTS, "Test", "Source", "Destinations", "Logs", "Message", "Transmission")


def verify(token: Any, challenge: Any) -> str:
    """The challenge, for who knows the token. Raises Unauthorized, always so while no token is configured."""
    if not _is_ours(token):
        raise Unauthorized(TOKEN_INVALID)
    return challenge if isinstance(challenge, str) else ""


def check_header(token: str | None) -> None:
    if not token:
        raise Unauthorized(TOKEN_REQUIRED)
    if not _is_ours(token):
        raise Unauthorized(TOKEN_INVALID)


def find_verification(raw: bytes) -> Mapping[str, Any] | None:
    """The body, if it is a verification: Redox verifies the address that it posts messages to."""
    if len(raw) > VERIFICATION_BYTES:
        return None
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(body, dict) or "Meta" in body:
        return None
    return body if {"verification-token", "challenge"} <= body.keys() else None


def receive(raw: bytes) -> None:
    """Store a message and let it be processed. One that was delivered before is acknowledged again.

    Raises BadRequest for what is no message and PayloadTooLarge for one beyond what MongoDB keeps in a document; then
    nothing is stored.
    """
    message = _read(raw)
    meta = _meta(message)
    document: Document = {"_id": ids.new_id(), "meta": meta, "message": message}
    key = _delivery_key(meta)
    if key is not None:
        document["deliveryKey"] = key

    def insert() -> None:
        store.insert_message(document)
        processing.expect_message(document["_id"], clock.now(), key=_order_key(document))

    try:
        db.run_in_transaction(insert)
    except DuplicateKeyError:
        return
    except DocumentTooLarge:
        raise PayloadTooLarge from None
    outbox.nudge()


def _is_ours(token: Any) -> bool:
    expected = configuration.text("verification_token")
    given = token if isinstance(token, str) else ""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def _read(raw: bytes) -> dict[str, Any]:
    if sum(map(raw.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise PayloadTooLarge
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadRequest(UNREADABLE) from None
    if not isinstance(body, dict):
        raise BadRequest(UNREADABLE)
    found: dict[str, Any] = _storable(body, DEEPEST)
    return found


def _storable(value: Any, depth: int) -> Any:
    """What MongoDB can keep: no operator-like keys, no numbers beyond 64 bits, not too deep."""
    if depth == 0:
        raise BadRequest(UNREADABLE)
    if isinstance(value, dict):
        return {_safe_key(key): _storable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, depth - 1) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        return float(value)
    return value


def _safe_key(key: str) -> str:
    key = key.replace("\0", "")
    return "\N{FULLWIDTH DOLLAR SIGN}" + key[1:] if key.startswith("$") else key


def _meta(message: Mapping[str, Any]) -> dict[str, Any]:
    meta = message.get("Meta")
    if not isinstance(meta, Mapping) or not _is_well_typed(meta):
        raise BadRequest(NO_META)
    if not meta.get("DataModel") or not meta.get("EventType"):
        raise BadRequest(NO_META)
    kept = {name: meta[name] for name in _KEPT if name in meta}
    return {**dict.fromkeys(("EventDateTime", "Test", "FacilityCode")), **kept}


def _is_well_typed(meta: Mapping[str, Any]) -> bool:
    texts = all(isinstance(meta.get(name), str | None) for name in _TEXTS)
    single = all(
        isinstance(meta.get(name), Mapping | None) for name in ("Source", "Message", "Transmission")
    )
    several = all(isinstance(meta.get(name), list | None) for name in ("Destinations", "Logs"))
    return texts and single and several and isinstance(meta.get("Test"), bool | None)


def _delivery_key(meta: Mapping[str, Any]) -> str | None:
    """Redox keeps the log id when it tries again, so source and log id name one message."""
    logs = objects(meta, "Logs")
    source, log_id = member(meta, "Source", "ID"), logs[0].get("ID") if logs else None
    return f"{source}:{log_id}" if source and log_id else None


def _order_key(document: Document) -> str:
    """Messages about one person are processed in the order they came; who it is, is not readable here."""
    message = document["message"]
    try:
        who = member(message, "Patient", "Identifiers")
        source = member(message, "Meta", "Source", "ID")
    except UnreadableOrder:
        return ""
    digest = hashlib.sha256(orjson.dumps([source, who], option=orjson.OPT_SORT_KEYS))
    return f"redox:{digest.hexdigest()[:24]}"
