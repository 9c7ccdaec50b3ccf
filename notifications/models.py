"""The collections of mails (kernel.stored_models says what models are for)."""

from django.db import models

from kernel import lives
from kernel.stored_models import StoredDocument
from notifications.choices import SendState


class HandledEvent(StoredDocument):
    """An event whose effect exists, so that a repeated delivery does nothing. Gone after 90 days."""

    life = lives.expires("HandledEventsCleanup", "after the event")

    id = models.TextField(primary_key=True, db_column="_id", help_text="event id and handler")
    time = models.DateTimeField(help_text="when")

    class Meta(StoredDocument.Meta):
        db_table = "handledEvents"

    def __str__(self) -> str:
        return str(self.pk)


class SentMail(StoredDocument):
    """One mail event, so that an event repeated is not a mail repeated. Gone after 180 days."""

    life = lives.expires("SentMailsCleanup", "after the mail")

    template = models.TextField(help_text="which mail")
    recipient_hash = models.TextField(db_column="recipientHash", help_text="digest of the address")
    state = models.TextField(choices=SendState.choices, help_text="what became of it")
    tries = models.IntegerField(help_text="how often it was tried")
    abandoned = models.IntegerField(help_text="tries whose worker fell silent")
    time = models.DateTimeField(help_text="changed last")

    class Meta(StoredDocument.Meta):
        db_table = "sentMails"

    def __str__(self) -> str:
        return f"{self.template} ({self.state})"
