"""XealthNotification (rules EHR-162 to EHR-167)."""

from rest_framework.response import Response

from kernel.api.operations import Call, Lenient, operation
from kernel.api.viewsets import empty
from kernel.errors import UnsupportedMediaType
from xealth.api.base import BODY_LIMIT, REFUSALS, TAGS, XealthWebhookViewSet, read_bound
from xealth.services import notifications


class NotificationViewSet(XealthWebhookViewSet):
    @operation(
        "XealthNotification",
        tags=TAGS,
        summary="Be notified of an order",
        description="The body is an EventNotification of Xealth's API 2.0. Orders are stored, and workers read them "
        "back and carry them out. Needs the bearer token of Xealth.",
        body_limit=BODY_LIMIT,
        lenient=Lenient(read_body=read_bound),
        raises=(
            *REFUSALS,
            UnsupportedMediaType,
        ),
        responses={200: None},
    )
    def receive(self, call: Call) -> Response:
        notifications.receive(call.body)
        return empty(200)
