"""Secrets and signatures, in the format of Standard Webhooks: receivers can use the libraries that exist for it."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from bson import ObjectId
from django.conf import settings

from kernel.db import Document
from kernel.sealing import Box

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def seal(hook_id: ObjectId, secret: str) -> str:
    return _box().seal(hook_id, secret.encode())


def headers(hook: Document, message_id: str, body: bytes, moment: datetime) -> dict[str, str]:
    """One signature for each secret that is valid. Raises kernel.sealing.Unreadable."""
    timestamp = str(int(moment.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = [_signature(secret, content) for secret in _valid(hook, moment)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def _valid(hook: Document, moment: datetime) -> list[str]:
    sealed = [hook["secret"]]
    until = hook.get("oldSecretUntil")
    if hook.get("oldSecret") and until is not None and moment < until:
        sealed.append(hook["oldSecret"])
    return [_box().unseal(hook["_id"], text).decode() for text in sealed]


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def _box() -> Box:
    present = settings.WEBHOOK_SECRETS_KEY or settings.SECRET_KEY
    return Box("webhook", (present, *settings.WEBHOOK_SECRETS_OLD_KEYS))
