"""The collections of Xealth (kernel.stored_models says what models are for)."""

from typing import Any

from django.db import models
from django_mongodb_backend.fields import ObjectIdField

from kernel import lives
from kernel.stored_models import PassThroughField, StoredDocument
from xealth.choices import EnrolmentState

_CONNECTIONS = {"email": str, "connectAbbott": bool, "connectDexcom": bool}


class Preorder(StoredDocument):
    """What a clinician has entered before ordering; the order names it by its tracking id. `clinicId`, `fullName` and
    the times are this service's own."""

    is_shared = True
    life = lives.forever(
        "an order may come at any time after it, and the other service removes none"
    )

    data_tracking_id = models.TextField(
        db_column="dataTrackingId", help_text="chosen by this service, named by the order"
    )
    patient: Any = PassThroughField(
        null=True, shape=_CONNECTIONS, help_text="of a patient of 13 years or more"
    )
    guardian: Any = PassThroughField(
        null=True,
        shape={"firstName": str, "lastName": str, **_CONNECTIONS},
        help_text="of the parent or guardian of a younger one",
    )
    tags: Any = PassThroughField(
        null=True, shape={"ids": [str]}, help_text="tags that were chosen, if the form had any"
    )
    clinic_id = ObjectIdField(null=True, db_column="clinicId", help_text="the clinic")
    person_key = models.TextField(
        null=True, db_column="personKey", help_text="digest of clinic and MRN: whom it is about"
    )
    full_name = models.TextField(
        null=True, db_column="fullName", help_text="the patient, as the form named the person"
    )
    created_time = models.DateTimeField(
        null=True, db_column="createdTime", help_text="when the form came back first"
    )
    updated_time = models.DateTimeField(
        null=True, db_column="updatedTime", help_text="when it came back last"
    )

    class Meta(StoredDocument.Meta):
        db_table = "xealth_preorder"

    def __str__(self) -> str:
        return str(self.pk)


class ReportView(StoredDocument):
    """A clinician has asked for the address of a patient's report."""

    is_shared = True
    life = lives.forever(
        "it tells a clinician what is new since the last view, and the other service removes none"
    )

    user_id = models.TextField(
        db_column="userId", help_text="the clinician, as the health record names the person"
    )
    deployment = models.TextField(help_text="the health system, as Xealth names it")
    system_login = models.TextField(
        null=True, db_column="systemLogin", help_text="the clinician's login there"
    )
    patient_user_id = models.TextField(db_column="patientUserId", help_text="the patient")
    program_id = models.TextField(db_column="programId", help_text="the program of the order")
    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic")
    created_time = models.DateTimeField(db_column="createdTime", help_text="when")

    class Meta(StoredDocument.Meta):
        db_table = "xealth_report_view"

    def __str__(self) -> str:
        return str(self.pk)


class Order(StoredDocument):
    """A notification of an order, and the order as it was read back. `deliveryKey` and `embedded` are this service's
    own."""

    is_shared = True
    life = lives.forever("subscriptions name their orders, and the other service removes none")

    event_notification: Any = PassThroughField(
        db_column="eventNotification", shape=dict, help_text="as Xealth sent it, its time as a date"
    )
    order_data: Any = PassThroughField(
        null=True,
        db_column="orderData",
        shape=dict,
        help_text="as it was read back, its times as dates, days as texts",
    )
    delivery_key = models.TextField(
        null=True, db_column="deliveryKey", help_text="the event's id: one for each delivery"
    )
    embedded = models.BooleanField(
        null=True, help_text="read from the stand-in: no health record has this order"
    )

    class Meta(StoredDocument.Meta):
        db_table = "xealth_order"

    def __str__(self) -> str:
        return str(self.pk)


class Enrolment(StoredDocument):
    """An order that an operator has placed at Xealth for a patient, so that it is not placed again."""

    life = lives.forever("no patient is to be ordered for twice; one for each patient and program")

    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic")
    program_id = models.TextField(db_column="programId", help_text="the program at Xealth")
    patient_id = ObjectIdField(db_column="patientId", help_text="the patient's record")
    user_id = models.TextField(db_column="userId", help_text="the patient")
    state = models.TextField(
        choices=EnrolmentState.choices, help_text="`sending` stays where the answer was lost"
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="ordered first")
    updated_time = models.DateTimeField(db_column="updatedTime", help_text="changed last")

    class Meta(StoredDocument.Meta):
        db_table = "xealthEnrolments"

    def __str__(self) -> str:
        return str(self.pk)


class EmbeddedOrder(StoredDocument):
    """An order of the stand-in that takes Xealth's place on a developer's machine: it was never sent to anyone."""

    life = lives.as_long_as("a developer leaves it there: no deployment writes any")

    deployment = models.TextField(help_text="the deployment that it is for")
    order_id = models.TextField(db_column="orderId", help_text="its id at the stand-in")
    order: Any = PassThroughField(shape=dict, help_text="as it is read back")
    asked_for: Any = PassThroughField(
        null=True,
        db_column="askedFor",
        shape=dict,
        help_text="what this service has sent, if it placed the order",
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="placed")

    class Meta(StoredDocument.Meta):
        db_table = "embeddedXealthOrders"

    def __str__(self) -> str:
        return self.order_id
