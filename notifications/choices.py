"""The words of mails, each written once."""

from django.db.models import TextChoices


class SendState(TextChoices):
    """What became of one mail. UNCLEAR: the worker fell silent while it was sending, and a person decides."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCLEAR = "unclear"
