"""The collections of the work for health record systems (kernel.stored_models says what models are for)."""

from datetime import datetime
from typing import Any

from django.db import models
from django_mongodb_backend.fields import ObjectIdField

from ehr import kinds
from ehr.choices import BulkState, ProcessingState
from kernel import lives
from kernel.safe_reading import ANY
from kernel.stored_models import PassThroughField, StoredDocument


class ProcessingRecord(StoredDocument):
    """What became of one message, scheduled send or order."""

    life = lives.removed(
        "redox.delete_old_sends",
        "with its message (`redox`); of a scheduled send some days after the send; of an order of "
        "Xealth forever, like the order",
        variable="REDOX_KEEP_SENDS_DAYS",
    )

    kind = models.TextField(choices=kinds.choices, help_text="what it is about")
    document_id = ObjectIdField(db_column="documentId", help_text="the document it is about")
    document_time = models.DateTimeField(db_column="documentTime", help_text="when that came")
    order_id = ObjectIdField(null=True, db_column="orderId", help_text="the order it goes by")
    clinic_id = ObjectIdField(null=True, db_column="clinicId", help_text="the clinic, once known")
    user_id = models.TextField(null=True, db_column="userId", help_text="the patient, once known")
    state = models.TextField(choices=ProcessingState.choices, help_text="how far it has come")
    outcome = models.TextField(null=True, help_text="how it ended, as a short code")
    attempts = models.IntegerField(help_text="tries so far")
    sends: Any = PassThroughField(
        shape={ANY: datetime}, help_text="which messages were sent when, so that none is repeated"
    )
    account_created = models.BooleanField(
        null=True, db_column="accountCreated", help_text="this order has made an account"
    )
    note_event_type = models.TextField(
        null=True, db_column="noteEventType", help_text="whether the note was a new one"
    )
    upload_uri = models.TextField(
        null=True, db_column="uploadUri", help_text="where Redox keeps the report"
    )
    left_out: Any = PassThroughField(
        null=True, db_column="leftOut", help_text="what of the statistics was not sent, and why"
    )
    last_error = models.TextField(
        null=True,
        db_column="lastError",
        help_text="why it failed, as a code (`ehr/choices.py` and those of the apps)",
    )
    is_unreadable = models.BooleanField(
        null=True, db_column="isUnreadable", help_text="its message could not be read"
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="made")
    updated_time = models.DateTimeField(db_column="updatedTime", help_text="changed last")

    class Meta(StoredDocument.Meta):
        db_table = "ehrProcessing"

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}"


class BulkRun(StoredDocument):
    """Work on many patients of a clinic that staff have asked for: its dry run, and what became of each patient."""

    life = lives.expires("BulkRunsCleanup", "after its dry run")

    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic")
    kind = models.TextField(help_text="`enrol` or `addresses`")
    options: Any = PassThroughField(shape=dict, help_text="what the form of the kind has asked for")
    limit = models.IntegerField(help_text="at most so many patients")
    state = models.TextField(choices=BulkState.choices, help_text="how far it has come")
    steps = models.IntegerField(help_text="steps that were taken, so that none is taken twice")
    after = models.TextField(help_text="the user id where the search goes on")
    items: Any = PassThroughField(
        shape=[
            {
                "userId": str,
                "plan": str,
                "isPlanned": bool,
                "isBegun": bool,
                "outcome": str,
                "isDone": bool,
            }
        ],
        help_text="whom the dry run has found, what it says of each, and what became of that",
    )
    planned = models.IntegerField(help_text="patients for whom there is work")
    left_out = models.IntegerField(db_column="leftOut", help_text="patients who were left out")
    position = models.IntegerField(help_text="the item that is next")
    succeeded = models.IntegerField(help_text="patients for whom it was done")
    problem = models.TextField(help_text="why it stopped")
    asked_by: Any = PassThroughField(
        db_column="askedBy", shape=dict, help_text="who asked for it, as in the audit trail"
    )
    reason = models.TextField(help_text="the reason that staff gave")
    created_time = models.DateTimeField(db_column="createdTime", help_text="begin of the dry run")
    updated_time = models.DateTimeField(db_column="updatedTime", help_text="changed last")
    ended_time = models.DateTimeField(null=True, db_column="endedTime", help_text="ended")

    class Meta(StoredDocument.Meta):
        db_table = "ehrBulkRuns"

    def __str__(self) -> str:
        return str(self.pk)
