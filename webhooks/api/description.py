"""What is sent to webhooks, in the served description (OpenAPI's `webhooks`)."""

from typing import Any

from kernel.api import examples
from webhooks.api.schemas.hooks import MESSAGE
from webhooks.choices import TEST, EventKind

_HEADERS = {
    "webhook-id": "Id of the message: the same whenever it is sent again. Handle each once.",
    "webhook-timestamp": "When it was sent, in seconds since 1970. Refuse what is older than five minutes.",
    "webhook-signature": "`v1,` and the Base64 of the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` with the "
    "secret. Two of them, with a blank between, for 24 hours after the secret was changed.",
}
_WHAT = {
    EventKind.PATIENT_CREATED: "A clinic has a new record of a patient, also one that came from another clinic.",
    EventKind.PATIENT_UPDATED: "A patient's record was changed.",
    EventKind.PATIENT_REMOVED: "A clinic has no record of a patient any more, also one that went to another clinic.",
    EventKind.SUMMARY_UPDATED: "The summary of a patient's data was replaced or removed.",
    EventKind.INVITATION_ACCEPTED: "Someone has joined a clinic by an invitation.",
    EventKind.ORDER_PROCESSED: "An order of a health record was carried out, or could not be.",
    EventKind.MERGE_FINISHED: "A clinic has become a part of another one.",
}
_TRIED = "Someone tries the receiver (TestWebhook)."


# None of an operation: of one tag generators write one file, and messages would replace the operations in it.
TAG = "Webhooks"
# openapi-generator writes this file too. For Python it gives the arguments of operations their types, and leaves out
# those of messages, which is no Python; it takes them from here.
TYPE_IN_PYTHON = "x-py-typing"


def add_webhooks(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: bool,  # noqa: FBT001
) -> dict[str, Any]:
    told = {**{kind.value: words for kind, words in _WHAT.items()}, TEST: _TRIED}
    result["webhooks"] = {kind: {"post": _operation(kind, words)} for kind, words in told.items()}
    return result


def _operation(kind: str, words: str) -> dict[str, Any]:
    return {
        "operationId": f"on{kind.title().replace('.', '')}",
        "summary": words.rstrip("."),
        "description": f"{words} Messages about one person come in order. A message that is not taken is sent again "
        "for a day.",
        "tags": [TAG],
        "security": [],
        "parameters": [_header(name, text) for name, text in _HEADERS.items()],
        "requestBody": {
            "required": True,
            TYPE_IN_PYTHON: "WebhookMessageV1",
            "content": {"application/json": {"schema": MESSAGE, "example": _example(kind)}},
        },
        "responses": {
            "2XX": {
                "description": "The message was taken. Answer within ten seconds, and work later."
            },
            "410": {"description": "The receiver is gone: the webhook is switched off."},
            "default": {"description": "The message is sent again later."},
        },
    }


def _example(kind: str) -> dict[str, Any]:
    example: dict[str, Any] = examples.compose(MESSAGE, is_request=False)
    return {**example, "type": kind}


def _header(name: str, words: str) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": True,
        "description": words,
        "schema": {"type": "string"},
        TYPE_IN_PYTHON: "StrictStr",
    }
