"""Operations on a clinic's webhooks."""

from typing import Any

from bson import ObjectId
from rest_framework.response import Response

from clinic_records.services import access
from kernel import accesses, page_limits
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.parameters import PAGING, Parameter
from kernel.api.viewsets import ApiViewSet, empty
from kernel.db import Document
from kernel.errors import ConstraintViolation
from webhooks.api.schemas import hooks as schemas
from webhooks.representation import hooks as representation
from webhooks.services import hooks
from webhooks.services.hooks import Details

_PATH = {"webhookId": s.object_id(description="Id of the webhook.")}
_OF_DELIVERY = {**_PATH, "deliveryId": s.object_id(description="Id of the message (`webhook-id`).")}
_MOST_COUNTED = 100_000
_STATE = Parameter("state", schemas.STATE, description="Only messages in this state.")


class WebhooksViewSet(ApiViewSet):
    @operation(
        "ListWebhooks",
        summary="List the webhooks of a clinic",
        description="Oldest first, 20 at most. Secrets are not shown.",
        responses={200: schemas.WEBHOOKS},
    )
    def page(self, call: Call) -> Response:
        clinic = access.access_clinic(_clinic_id(call))
        return Response([representation.hook(one) for one in hooks.list_hooks(clinic["_id"])])

    @operation(
        "CreateWebhook",
        summary="Register a webhook",
        description="The answer has the secret with which messages are signed; it is shown this once. It takes two "
        "seconds, and whatever happens after it is told. 400 for an address that cannot be called, 422 when the "
        "clinic has 20 webhooks.",
        body=schemas.WEBHOOK,
        described_body=schemas.WEBHOOK_CREATE,
        raises=(ConstraintViolation,),
        responses={200: schemas.WEBHOOK_WITH_SECRET},
    )
    def create(self, call: Call) -> Response:
        hook, secret = hooks.create(
            _clinic_id(call), _details(call.body), created_by=call.principal.user_id
        )
        return Response(representation.hook_with_secret(hook, secret))


class WebhookViewSet(ApiViewSet):
    @operation(
        "GetWebhook",
        summary="Get a webhook",
        description="Whether it is told, and how its receiver does.",
        path=_PATH,
        responses={200: schemas.WEBHOOK},
    )
    def retrieve(self, call: Call) -> Response:
        return Response(representation.hook(_hook(call)))

    @operation(
        "UpdateWebhook",
        summary="Replace what is stated of a webhook, and switch it on or off",
        description="When more is told afterwards than before, the answer takes two seconds, and whatever happens "
        "after it is told. 400 for an address that cannot be called.",
        path=_PATH,
        body=schemas.WEBHOOK,
        described_body=schemas.WEBHOOK_UPDATE,
        responses={200: schemas.WEBHOOK},
    )
    def update(self, call: Call) -> Response:
        updated = hooks.update(
            _clinic_id(call),
            call.path["webhookId"],
            _details(call.body),
            is_on=call.body.get("active", True),
        )
        return Response(representation.hook(updated))

    @operation(
        "DeleteWebhook",
        summary="Remove a webhook",
        description="With its messages: those that wait are not sent any more.",
        path=_PATH,
        responses={204: None},
    )
    def destroy(self, call: Call) -> Response:
        hooks.remove(_hook(call))
        return empty(204)


class WebhookSecretViewSet(ApiViewSet):
    @operation(
        "RotateWebhookSecret",
        summary="Get a new secret for a webhook",
        description="For 24 hours messages are signed with the secret before, too. One from before that ends.",
        path=_PATH,
        responses={200: schemas.SECRET},
    )
    def rotate(self, call: Call) -> Response:
        return Response(representation.new_secret(*hooks.rotate_secret(_hook(call))))


class WebhookTestViewSet(ApiViewSet):
    @operation(
        "TestWebhook",
        summary="Send a message to try the receiver",
        description="Its kind is `webhook.test`, which is sent whatever the webhook is told of. The answer shows it "
        "before it is sent; ListWebhookDeliveries says what became of it. 409 while the webhook is off.",
        path=_PATH,
        responses={200: schemas.DELIVERY},
    )
    def send(self, call: Call) -> Response:
        return Response(representation.delivery(hooks.send_test(_hook(call))))


class WebhookDeliveriesViewSet(ApiViewSet):
    @operation(
        "ListWebhookDeliveries",
        summary="List the messages of a webhook",
        description="Newest first, of the last 30 days.",
        path=_PATH,
        query=(*PAGING, _STATE),
        responses={200: schemas.DELIVERIES},
    )
    def page(self, call: Call) -> Response:
        found, count = hooks.list_deliveries(
            _hook(call),
            state=call.query.get("state"),
            skip=call.query["offset"],
            limit=min(call.query["limit"], page_limits.MOST + 1),
            most=_MOST_COUNTED,
        )
        page_limits.check(len(found))
        accesses.note_shown(sum("userId" in one["data"] for one in found))
        return Response(representation.deliveries(found, count))


class WebhookReplayViewSet(ApiViewSet):
    @operation(
        "ReplayWebhookDelivery",
        summary="Send a message again",
        description="One that was delivered or parked, with its id, for up to a day. 409 while it waits, or while "
        "the webhook is off.",
        path=_OF_DELIVERY,
        responses={202: None},
    )
    def replay(self, call: Call) -> Response:
        hooks.replay(_hook(call), call.path["deliveryId"])
        return empty(202)


def _clinic_id(call: Call) -> ObjectId:
    return ObjectId(call.path["clinicId"])


def _hook(call: Call) -> Document:
    return hooks.access_hook(_clinic_id(call), call.path["webhookId"])


def _details(body: dict[str, Any]) -> Details:
    return Details(url=body["url"], kinds=body["events"], description=body.get("description") or "")
