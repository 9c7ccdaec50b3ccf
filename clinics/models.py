"""The collections of the clinic database as Django models: for typed reading, in shells and reports.

The documents belong to other systems too, so the models are unmanaged (migrations never touch them) and cannot
be written: a save would drop keys it does not know and write nulls for what is absent (fact F21). Changes go
through the services. Free-form parts are passed through as they are (fact F22).
"""

from django.db import models
from django_mongodb_backend.fields import ArrayField, ObjectIdField

from kernel.stored_models import PassThroughField, StoredDocument


class Clinic(StoredDocument):
    name = models.TextField(null=True)  # noqa: DJ001 (absent and null are told apart nowhere)
    address = models.TextField(null=True)  # noqa: DJ001
    city = models.TextField(null=True)  # noqa: DJ001
    state = models.TextField(null=True)  # noqa: DJ001
    postal_code = models.TextField(null=True, db_column="postalCode")  # noqa: DJ001
    country = models.TextField(null=True)  # noqa: DJ001
    clinic_type = models.TextField(null=True, db_column="clinicType")  # noqa: DJ001
    timezone = models.TextField(null=True)  # noqa: DJ001
    preferred_bg_units = models.TextField(null=True, db_column="PreferredBgUnits")  # noqa: DJ001
    share_code = models.TextField(null=True, db_column="canonicalShareCode")  # noqa: DJ001
    share_codes = ArrayField(models.TextField(), null=True, db_column="shareCodes")
    admins = ArrayField(models.TextField(), null=True)
    tier = models.TextField(null=True)  # noqa: DJ001
    is_migrated = models.BooleanField(null=True, db_column="isMigrated")
    ehr_settings = PassThroughField(null=True, db_column="ehrSettings")
    mrn_settings = PassThroughField(null=True, db_column="mrnSettings")
    patient_count_settings = PassThroughField(null=True, db_column="patientCountSettings")
    patient_count = PassThroughField(null=True, db_column="patientCount")
    patient_tags = PassThroughField(null=True, db_column="patientTags")
    sites = PassThroughField(null=True)
    created_time = models.DateTimeField(db_column="createdTime")
    updated_time = models.DateTimeField(db_column="updatedTime")

    class Meta:
        managed = False
        default_permissions = ()
        db_table = "clinics"

    def __str__(self) -> str:
        return self.name or str(self.pk)


class Clinician(StoredDocument):
    """A member, or a pending invite when `user_id` is None."""

    clinic_id = ObjectIdField(db_column="clinicId")
    user_id = models.TextField(null=True, db_column="userId")  # noqa: DJ001
    invite_id = models.TextField(null=True, db_column="inviteId")  # noqa: DJ001
    email = models.TextField(null=True)  # noqa: DJ001
    name = models.TextField(null=True)  # noqa: DJ001
    roles = ArrayField(models.TextField(), null=True)
    roles_updates = PassThroughField(null=True, db_column="rolesUpdates")
    is_service_account = models.BooleanField(null=True, db_column="isServiceAccount")
    created_time = models.DateTimeField(db_column="createdTime")
    updated_time = models.DateTimeField(db_column="updatedTime")

    class Meta:
        managed = False
        default_permissions = ()
        db_table = "clinicians"

    def __str__(self) -> str:
        return self.user_id or "invite"
