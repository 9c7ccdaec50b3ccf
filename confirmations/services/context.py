"""The context of an invitation: what is shared. Stored as JSON bytes, the form that other systems read."""

from collections.abc import Mapping
from typing import Any

import orjson

from confirmations.services import texts
from kernel import safe_reading
from kernel.db import Document
from kernel.errors import BadRequest
from users.choices import Grant

ALERTS, NICKNAME, PERMISSIONS = "alertsConfig", "nickname", "permissions"
FOLLOW = Grant.FOLLOW.value
_NOT_PERMISSIONS = (ALERTS, NICKNAME)
ALERT_KINDS = ("urgentLow", "low", "high", "notLooping", "noCommunication")
ALERT_FIELDS = ("enabled", "threshold", "delay", "repeat")
UPLOAD = "uploadId"
# Control over the account, which no invitation shares: a clinic's member could keep it after leaving the clinic.
UNSHARED = frozenset({Grant.CUSTODIAN.value, Grant.ROOT.value})


def encode(context: Any) -> bytes | None:
    return None if context is None else orjson.dumps(context)


def decode(stored: Any) -> Any:
    """The JSON value; None when there is none or it cannot be read."""
    if stored is None or stored == b"":
        return None
    if not isinstance(stored, bytes | str):
        return stored
    try:
        return orjson.loads(stored)
    except orjson.JSONDecodeError:
        return None


def care_team(
    permissions: Mapping[str, Any], nickname: str | None, alerts: Mapping[str, Any] | None
) -> Document:
    context: Document = {PERMISSIONS: granted(permissions)}
    if alerts is not None:
        context[ALERTS] = known_alerts(alerts)
    if nickname:
        context[NICKNAME] = nickname
    return context


def granted(permissions: Mapping[str, Any]) -> Document:
    """A key that is present is granted; its value means nothing."""
    return {name: {} for name in permissions}


def known_alerts(stored: Any) -> Document:
    """The alert settings that the data service knows. Whose alerts they are is added when they are set."""
    alerts = safe_reading.mapping(stored)
    known: Document = {UPLOAD: alerts[UPLOAD]} if safe_reading.text(alerts.get(UPLOAD)) else {}
    for kind in ALERT_KINDS:
        if isinstance(alerts.get(kind), dict):
            known[kind] = {n: v for n, v in alerts[kind].items() if n in ALERT_FIELDS}
            if "threshold" in known[kind]:
                known[kind]["threshold"] = _threshold(known[kind]["threshold"])
    return known


def _threshold(stored: Any) -> Document:
    threshold = safe_reading.mapping(stored)
    return {name: threshold[name] for name in ("units", "value") if name in threshold}


def shared_alone(permissions: Mapping[str, Any]) -> Document:
    return {name: value for name, value in permissions.items() if name not in UNSHARED}


def read_care_team(document: Document) -> Document:
    """Permissions, alerts and nickname; old documents hold the bare permissions. Raises BadRequest."""
    context = decode(document.get("context"))
    if not isinstance(context, dict):
        raise BadRequest(message=texts.CONTEXT_UNREADABLE)
    if PERMISSIONS in context:
        return check_alerts(context)
    bare = {name: value for name, value in context.items() if name not in _NOT_PERMISSIONS}
    rest = {name: context[name] for name in _NOT_PERMISSIONS if name in context}
    return check_alerts({PERMISSIONS: bare, **rest})


def check_alerts(context: Document) -> Document:
    """Alerts are for followers only. Raises BadRequest."""
    permissions = context.get(PERMISSIONS)
    if not isinstance(permissions, dict):
        raise BadRequest(message=texts.CONTEXT_UNREADABLE)
    if context.get(ALERTS) is not None and FOLLOW not in permissions:
        raise BadRequest(message=texts.CONTEXT_INVALID)
    return context
