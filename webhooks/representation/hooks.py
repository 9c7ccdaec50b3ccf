"""Webhooks and deliveries as the API shows them. No answer but those that make a secret has one."""

from typing import Any

from kernel.clock import format_time
from kernel.db import Document
from webhooks.choices import WebhookState


def hook(document: Document) -> dict[str, Any]:
    return {
        "id": str(document["_id"]),
        "url": document["url"],
        "events": document["kinds"],
        "active": document["state"] == WebhookState.ON,
        **_known(description=document.get("description"), inactiveReason=document.get("offReason")),
        **_times(
            failingSince=document.get("failingSince"),
            lastDeliveredTime=document.get("deliveredTime"),
            createdTime=document["createdTime"],
            updatedTime=document["updatedTime"],
        ),
    }


def hook_with_secret(document: Document, secret: str) -> dict[str, Any]:
    return {**hook(document), "secret": secret}


def new_secret(document: Document, secret: str) -> dict[str, Any]:
    return {"secret": secret, **_times(oldSecretValidUntil=document.get("oldSecretUntil"))}


def delivery(document: Document) -> dict[str, Any]:
    return {
        "id": str(document["_id"]),
        "event": document["kind"],
        "state": document["state"],
        "attempts": document["attempts"],
        "data": document["data"],
        **_known(lastStatus=document.get("lastStatus"), lastError=document.get("lastError")),
        **_times(
            eventTime=document["eventTime"],
            createdTime=document["createdTime"],
            lastAttemptTime=document.get("lastTime"),
        ),
    }


def deliveries(documents: list[Document], count: int) -> dict[str, Any]:
    return {
        "data": [delivery(document) for document in documents],
        "meta": {"totalCount": count},
    }


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _times(**moments: Any) -> dict[str, Any]:
    return {name: format_time(moment) for name, moment in _known(**moments).items()}
