"""The collections of webhooks (kernel.stored_models says what models are for)."""

from typing import Any

from django.db import models
from django_mongodb_backend.fields import ArrayField, ObjectIdField

from kernel import lives
from kernel.stored_models import PassThroughField, StoredDocument
from webhooks.choices import DeliveryFailure, DeliveryState, EventKind, OffReason, WebhookState


class Webhook(StoredDocument):
    """An address that is told of events of one clinic, or of all."""

    life = lives.expires(
        "WebhooksCleanup", "after its clinic was merged into another; until someone removes it"
    )

    clinic_id = ObjectIdField(
        null=True, db_column="clinicId", help_text="its clinic; absent: all of them"
    )
    place = models.IntegerField(
        null=True,
        help_text="a number below that of webhooks which a clinic may have; no two have one",
    )
    url = models.TextField(help_text="where messages are sent")
    kinds: Any = ArrayField(
        models.TextField(choices=EventKind.choices), help_text="events that it is told of"
    )
    description = models.TextField(null=True, help_text="what it is for, in words")
    state = models.TextField(choices=WebhookState.choices, help_text="whether it is told")
    off_reason = models.TextField(
        null=True, choices=OffReason.choices, db_column="offReason", help_text="why it is off"
    )
    secret = models.TextField(help_text="key of its signatures, encrypted")
    old_secret = models.TextField(
        null=True, db_column="oldSecret", help_text="the key before, encrypted"
    )
    old_secret_until = models.DateTimeField(
        null=True, db_column="oldSecretUntil", help_text="how long the key before signs too"
    )
    failures = models.IntegerField(help_text="tries that failed since the last that did not")
    failing_since = models.DateTimeField(
        null=True, db_column="failingSince", help_text="the first of these failures"
    )
    held_until = models.DateTimeField(
        null=True, db_column="heldUntil", help_text="nothing is tried before"
    )
    delivered_time = models.DateTimeField(
        null=True, db_column="deliveredTime", help_text="the last success"
    )
    created_by = models.TextField(
        null=True, db_column="createdBy", help_text="user id, service or staff account"
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="registered")
    updated_time = models.DateTimeField(db_column="updatedTime", help_text="changed by someone")
    ended_time = models.DateTimeField(
        null=True, db_column="endedTime", help_text="its clinic was merged into another"
    )

    class Meta(StoredDocument.Meta):
        db_table = "webhooks"

    def __str__(self) -> str:
        return str(self.pk)


class WebhookDelivery(StoredDocument):
    """One message for one webhook, with ids only. Gone after 30 days."""

    life = lives.expires("DeliveriesCleanup", "after the event")

    webhook_id = ObjectIdField(db_column="webhookId", help_text="the webhook")
    clinic_id = ObjectIdField(null=True, db_column="clinicId", help_text="the webhook's clinic")
    event_id = models.TextField(db_column="eventId", help_text="the event")
    kind = models.TextField(help_text="kind of the event")
    subject = models.TextField(
        help_text="id of what the event is about; messages of one keep order"
    )
    data: Any = PassThroughField(shape=dict, help_text="ids in the message")
    event_time = models.DateTimeField(db_column="eventTime", help_text="when it happened")
    state = models.TextField(choices=DeliveryState.choices, help_text="how it stands")
    is_at_once = models.BooleanField(
        null=True, db_column="isAtOnce", help_text="someone asked for it: it waits for nothing"
    )
    attempts = models.IntegerField(help_text="tries")
    last_status = models.IntegerField(
        null=True, db_column="lastStatus", help_text="status of the last answer"
    )
    last_error = models.TextField(
        null=True,
        choices=DeliveryFailure.choices,
        db_column="lastError",
        help_text="why the last try failed",
    )
    last_time = models.DateTimeField(null=True, db_column="lastTime", help_text="the last try")
    due_time = models.DateTimeField(
        db_column="dueTime", help_text="from when on it is tried, for a day"
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="when it was stored")

    class Meta(StoredDocument.Meta):
        db_table = "webhookDeliveries"

    def __str__(self) -> str:
        return str(self.pk)
