"""The words of webhooks, each written once."""

from django.db.models import TextChoices


class EventKind(TextChoices):
    """What a webhook may be told of."""

    PATIENT_CREATED = "patient.created", "patient created"
    PATIENT_UPDATED = "patient.updated", "patient changed"
    PATIENT_REMOVED = "patient.removed", "patient removed"
    SUMMARY_UPDATED = "summary.updated", "summary updated"
    INVITATION_ACCEPTED = "invitation.accepted", "invitation accepted"
    ORDER_PROCESSED = "order.processed", "order processed"
    MERGE_FINISHED = "merge.finished", "merge finished"


TEST = "webhook.test"  # the kind of an event that someone sends to try the receiver


class WebhookState(TextChoices):
    """ENDED: its clinic has become a part of another one. What was to be delivered before still is."""

    ON = "on", "on"
    OFF = "off", "off"
    ENDED = "ended", "ended with its clinic"


class OffReason(TextChoices):
    """Why a webhook is off."""

    REQUESTED = "requested", "someone switched it off"
    FAILING = "failing", "nothing was delivered for three days"
    GONE = "gone", "the receiver answered 410 Gone"


class DeliveryState(TextChoices):
    WAITING = "waiting", "waiting"
    DELIVERED = "delivered", "delivered"
    PARKED = "parked", "parked"


class DeliveryFailure(TextChoices):
    """Why a try failed, or why there was none."""

    UNREACHABLE = "unreachable", "no answer"
    REFUSED = (
        "address_refused",
        "the address is not one of the internet, or its name is not known there",
    )
    STATUS = "status", "the receiver did not answer with a status from 200 to 299"
    SWITCHED_OFF = "switched_off", "the webhook is off"
    SECRET_UNREADABLE = "secret_unreadable", "the stored secret cannot be read"
    FAILING = "receiver_failing", "it waits because the receiver fails"
    FAULT = "fault", "a fault of this service"
