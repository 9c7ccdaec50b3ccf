"""Routes of the app's operations."""

from django.urls import URLPattern

from kernel.api.viewsets import route
from webhooks.api.hooks import (
    WebhookDeliveriesViewSet,
    WebhookReplayViewSet,
    WebhookSecretViewSet,
    WebhooksViewSet,
    WebhookTestViewSet,
    WebhookViewSet,
)

_ALL = "/v1/clinics/<clinicId>/webhooks"
_ONE = f"{_ALL}/<webhookId>"

urlpatterns: list[URLPattern] = [
    route(_ALL, WebhooksViewSet, get="page", post="create"),
    route(_ONE, WebhookViewSet, get="retrieve", put="update", delete="destroy"),
    route(f"{_ONE}/secret", WebhookSecretViewSet, post="rotate"),
    route(f"{_ONE}/test", WebhookTestViewSet, post="send"),
    route(f"{_ONE}/deliveries", WebhookDeliveriesViewSet, get="page"),
    route(f"{_ONE}/deliveries/<deliveryId>/replay", WebhookReplayViewSet, post="replay"),
]
