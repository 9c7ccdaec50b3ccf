"""The collections of the EHR sync (kernel.stored_models says what models are for)."""

from datetime import datetime
from typing import Any

from bson import ObjectId
from django.db import models
from django_mongodb_backend.fields import ObjectIdField

from kernel import lives
from kernel.stored_models import PassThroughField, StoredDocument


class Message(StoredDocument):
    """A message as Redox posted it. `deliveryKey`, `raw` and `reason` are this service's own. Deployments say how long
    messages stay that nothing needs any more."""

    is_shared = True
    life = lives.removed(
        "redox.delete_old_messages",
        "forever where no number of days is set, because subscriptions need their orders; otherwise those days, "
        "if nothing needs it",
        variable="REDOX_KEEP_MESSAGES_DAYS",
    )

    meta: Any = PassThroughField(shape=dict, help_text="what the message says of itself")
    message: Any = PassThroughField(null=True, shape=dict, help_text="the whole message")
    delivery_key = models.TextField(
        null=True, db_column="deliveryKey", help_text="source and log id: one for each delivery"
    )
    raw = models.BinaryField(null=True, help_text="in place of `message` where it was unreadable")
    reason = models.TextField(null=True, help_text="why it was unreadable")

    class Meta(StoredDocument.Meta):
        db_table = "redox"

    def __str__(self) -> str:
        return str(self.pk)


class ScheduledSend(StoredDocument):
    """One send that a sync has scheduled. Gone after 90 days."""

    is_shared = True
    life = lives.expires(
        "CleanupExpiredRescheduledOrdersAfter90d",
        "after the sync, as the other service declares it too",
    )

    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic")
    user_id = models.TextField(db_column="userId", help_text="the patient")
    last_matched_order = PassThroughField(
        null=True,
        db_column="lastMatchedOrder",
        shape={"_id": ObjectId, "meta": dict, "message": dict},
        help_text="copy of the order that asked for reports",
    )
    preceding_document = PassThroughField(
        null=True,
        db_column="precedingDocument",
        shape={"_id": ObjectId, "createdTime": datetime},
        help_text="the send before this one of the same order",
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="time of the sync")

    class Meta(StoredDocument.Meta):
        db_table = "scheduledSummaryAndReportsOrders"

    def __str__(self) -> str:
        return str(self.pk)


class Sync(StoredDocument):
    """One sync of a clinic and how far it has come. Gone after 90 days."""

    life = lives.expires("EhrSyncsCleanup", "after the sync")

    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic")
    created_time = models.DateTimeField(db_column="createdTime", help_text="begun")
    after = ObjectIdField(null=True, help_text="the last patient who was scheduled")
    count = models.IntegerField(help_text="sends scheduled so far")

    class Meta(StoredDocument.Meta):
        db_table = "ehrSyncs"

    def __str__(self) -> str:
        return str(self.pk)


class Cadence(StoredDocument):
    """When a clinic's regular sync ran last and is due next."""

    life = lives.as_long_as("the clinic is synced; one for each clinic")

    id = ObjectIdField(primary_key=True, db_column="_id", help_text="the clinic")
    next_time = models.DateTimeField(db_column="nextTime", help_text="due")
    last_time = models.DateTimeField(null=True, db_column="lastTime", help_text="ran last")

    class Meta(StoredDocument.Meta):
        db_table = "ehrCadences"

    def __str__(self) -> str:
        return str(self.pk)


class Retention(StoredDocument):
    """The one document about deleting old messages."""

    life = lives.as_long_as("the service is used: there is one")

    id = models.TextField(primary_key=True, db_column="_id", help_text="`messages`")
    not_before = models.DateTimeField(db_column="notBefore", help_text="when it is due")
    claim = models.TextField(null=True, help_text="which worker has it just now")
    after = ObjectIdField(null=True, help_text="where a run that was interrupted goes on")

    class Meta(StoredDocument.Meta):
        db_table = "ehrRetention"

    def __str__(self) -> str:
        return str(self.pk)


class Delivery(StoredDocument):
    """A message to Redox, or what the embedded Redox would have sent, with the report; shown to staff."""

    life = lives.removed(
        "redox.delete_old_sends",
        "with the message that it answers (`redox`); of a scheduled send some days after the send",
        variable="REDOX_KEEP_SENDS_DAYS",
    )

    kind = models.TextField(help_text="`results`, `flowsheet`, `notes`")
    document_id = ObjectIdField(db_column="documentId", help_text="what it answers")
    clinic_id = ObjectIdField(null=True, db_column="clinicId", help_text="the clinic")
    user_id = models.TextField(null=True, db_column="userId", help_text="the patient")
    data_model = models.TextField(null=True, db_column="dataModel", help_text="as Redox calls it")
    event_type = models.TextField(null=True, db_column="eventType", help_text="as Redox calls it")
    destination = models.TextField(null=True, help_text="where it went")
    embedded = models.BooleanField(null=True, help_text="nothing was really sent")
    payload: Any = PassThroughField(null=True, shape=dict, help_text="the message")
    report = models.BinaryField(null=True, help_text="the PDF, where nothing was really sent")
    time = models.DateTimeField(help_text="when")

    class Meta(StoredDocument.Meta):
        db_table = "redoxDeliveries"

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}"
