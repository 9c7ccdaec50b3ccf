"""The collections of patients as Django models: see `clinics.models`."""

from django.db import models
from django_mongodb_backend.fields import ArrayField, ObjectIdField

from kernel.stored_models import PassThroughField, StoredDocument


class Patient(StoredDocument):
    clinic_id = ObjectIdField(db_column="clinicId")
    user_id = models.TextField(db_column="userId")
    full_name = models.TextField(null=True, db_column="fullName")  # noqa: DJ001
    birth_date = models.TextField(null=True, db_column="birthDate")  # noqa: DJ001
    email = models.TextField(null=True)  # noqa: DJ001
    mrn = models.TextField(null=True)  # noqa: DJ001
    target_devices = PassThroughField(null=True, db_column="targetDevices")
    tags = ArrayField(ObjectIdField(), null=True)
    sites = PassThroughField(null=True)
    data_sources = PassThroughField(null=True, db_column="dataSources")
    permissions = PassThroughField(null=True)
    summary = PassThroughField(null=True)
    reviews = PassThroughField(null=True)
    ehr_subscriptions = PassThroughField(null=True, db_column="ehrSubscriptions")
    created_time = models.DateTimeField(db_column="createdTime")
    updated_time = models.DateTimeField(db_column="updatedTime")

    class Meta:
        managed = False
        default_permissions = ()
        db_table = "patients"

    def __str__(self) -> str:
        return self.user_id
