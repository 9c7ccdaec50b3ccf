"""The collections of confirmations (kernel.stored_models says what models are for)."""

from django.db import models

from confirmations.choices import ConfirmationType, Status
from kernel import lives
from kernel.stored_models import PassThroughField, StoredDocument


class Confirmation(StoredDocument):
    """A sign-up, password reset or invitation, and its state. `emailKey`, `sentBy` and the claim of an acceptance are
    this service's own. Only those of type `no_account`, which strangers cause, are removed when they end."""

    is_shared = True
    life = lives.forever(
        "other services show the history of invitations; those of strangers (`no_account`) go at their "
        "end, by the index `ConfirmationNoAccountCleanup`"
    )

    id = models.TextField(
        primary_key=True,
        db_column="_id",
        verbose_name="key",
        help_text="the key: of a sign-up or reset a secret, of an invitation its id",
    )
    type = models.TextField(choices=ConfirmationType.choices, help_text="what it is")
    status = models.TextField(choices=Status.choices, help_text="what became of it")
    email = models.TextField(null=True, help_text="whom it is for; empty for a clinic")
    email_key = models.TextField(
        null=True, db_column="emailKey", help_text="what addresses are compared by"
    )
    clinic_id = models.TextField(
        null=True, db_column="clinicId", help_text="the clinic that invites or is invited, as text"
    )
    creator_id = models.TextField(null=True, db_column="creatorId", help_text="user who sent it")
    sent_by = models.TextField(
        null=True, db_column="sentBy", help_text="the custodian who sent it for `creatorId`"
    )
    creator = PassThroughField(
        null=True,
        shape={"clinicId": str, "clinicName": str},
        help_text="the clinic as the receiver sees it",
    )
    user_id = models.TextField(
        null=True, db_column="userId", help_text="user who receives it; empty while unknown"
    )
    template_name = models.TextField(null=True, db_column="templateName", help_text="of its mail")
    context = models.BinaryField(null=True, help_text="what is shared, as JSON")
    created = models.DateTimeField(null=True, help_text="made, or sent again")
    modified = models.DateTimeField(null=True, help_text="answered; year 1 until then")
    expires_at = models.DateTimeField(
        null=True, db_column="expiresAt", help_text="absent where it does not end"
    )
    accepting_until = models.DateTimeField(
        null=True, db_column="acceptingUntil", help_text="claimed by an acceptance under way"
    )
    acceptance_id = models.TextField(
        null=True, db_column="acceptanceId", help_text="which acceptance that is"
    )

    class Meta(StoredDocument.Meta):
        db_table = "confirmations"

    def __str__(self) -> str:
        return f"{self.type} ({self.status})"


class ConfirmationRequest(StoredDocument):
    """A request for a new sign-up link. Deleted when a worker has answered it, or after a day."""

    life = lives.expires(
        "ConfirmationRequestCleanup", "after the request, or when a worker has answered it"
    )

    id = models.TextField(primary_key=True, db_column="_id", help_text="digest of the address")
    email = models.TextField(help_text="the address")
    asked_time = models.DateTimeField(db_column="askedTime", help_text="asked last")

    class Meta(StoredDocument.Meta):
        db_table = "confirmationRequests"

    def __str__(self) -> str:
        return str(self.pk)


class ConfirmationGuard(StoredDocument):
    """What keeps two equal invitations from being made at once: both write it. Gone after a day."""

    life = lives.expires("ConfirmationGuardCleanup", "after the last invitation")

    id = models.TextField(primary_key=True, db_column="_id", help_text="digest of who and whom")
    turn = models.IntegerField(help_text="how often it was written")
    touched_time = models.DateTimeField(db_column="touchedTime", help_text="written last")

    class Meta(StoredDocument.Meta):
        db_table = "confirmationGuards"

    def __str__(self) -> str:
        return str(self.pk)
