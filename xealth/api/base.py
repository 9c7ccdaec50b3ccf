"""What the operations of Xealth have in common (rules EHR-132 to EHR-135)."""

from typing import Any

import orjson
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from kernel.api import webhook_bodies
from kernel.api.viewsets import ApiViewSet
from kernel.errors import BadRequest, NotFound, Unauthorized
from xealth.services import webhook

TAGS = ("Clinics", "Internal")
REFUSALS = (Unauthorized, NotFound)  # of every webhook
BODY_LIMIT = 1024 * 1024  # datasets that nothing here reads come along


class XealthViewSet(ApiViewSet):
    """Nothing more is checked while the deployment has Xealth switched off."""

    authentication_classes = ()
    http_method_not_allowed = ViewSet.http_method_not_allowed

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        webhook.check_enabled()


class XealthWebhookViewSet(XealthViewSet):
    """Called by Xealth with a shared secret, which is checked before the body is read."""

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        webhook.check_sender(request.headers.get("Authorization"))


def read_bound(request: HttpRequest, raw: bytes) -> dict[str, Any]:
    """JSON; empty without a body, for a form and for XML."""
    return read_json(request, raw) if webhook_bodies.holds_json(request, raw) else {}


def read_json(_: HttpRequest, raw: bytes) -> dict[str, Any]:
    """JSON, whatever its content type says. What is not read of it may be anything."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        msg = "not valid JSON"
        raise BadRequest(msg) from None
    if not isinstance(body, dict):
        msg = "the body must be an object"
        raise BadRequest(msg)
    return body
