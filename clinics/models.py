"""The collections of clinics, their members and their migrations (kernel.stored_models says what models are for)."""

from datetime import datetime
from typing import Any

from bson import ObjectId
from django.db import models
from django_mongodb_backend.fields import ArrayField, ObjectIdField

from clinic_records.choices import ClosureRole, GlucoseUnits, Tier
from clinics.choices import ClinicSize, ClinicType, MigrationStatus
from kernel import lives
from kernel.safe_reading import ANY, Shape
from kernel.stored_models import PassThroughField, StoredDocument

_DELETED_BY = "who deleted it: a user id, or `staff:` and the number of a staff account"
_TAG: Shape = {"_id": ObjectId, "name": str}
_SITE: Shape = {"id": ObjectId, "name": str}
_LIMIT: Shape = {"plan": float, "startDate": datetime, "endDate": datetime}


class Clinic(StoredDocument):
    """A clinic: profile, share codes, tags and sites, settings, ids of its admins, published patient count."""

    is_shared = True
    life = lives.as_long_as("no one deletes the clinic, which is then in the archive")

    name = models.TextField(null=True, help_text="in its normal form; never empty")
    address = models.TextField(null=True, help_text="street and number")
    city = models.TextField(null=True, help_text="city")
    state = models.TextField(null=True, help_text="state or province")
    postal_code = models.TextField(null=True, db_column="postalCode", help_text="postal code")
    country = models.TextField(null=True, help_text="country")
    phone_numbers = PassThroughField(
        null=True,
        db_column="phoneNumbers",
        shape=[{"type": str, "number": str}],
        help_text="telephone numbers",
    )
    website = models.TextField(null=True, help_text="any text, usually an address")
    clinic_type = models.TextField(
        null=True, db_column="clinicType", choices=ClinicType.choices, help_text="kind of clinic"
    )
    clinic_size = models.TextField(
        null=True,
        db_column="clinicSize",
        choices=ClinicSize.choices,
        help_text="patients with diabetes, as the clinic says",
    )
    timezone = models.TextField(null=True, help_text="one of `clinics/timezones.txt`")
    preferred_bg_units = models.TextField(
        null=True,
        db_column="PreferredBgUnits",
        choices=GlucoseUnits.choices,
        help_text="units of glucose in reports; the capital letter is as other systems expect it",
    )
    share_code = models.TextField(
        null=True, db_column="canonicalShareCode", help_text="the share code that is shown"
    )
    share_codes = ArrayField(
        models.TextField(),
        null=True,
        db_column="shareCodes",
        help_text="every code that leads to this clinic; unique over all clinics",
    )
    admins = ArrayField(
        models.TextField(),
        null=True,
        help_text="user ids of members who are admins; kept with every change of a role",
    )
    tier = models.TextField(null=True, choices=Tier.choices, help_text="plan; absent means Free")
    is_migrated = models.BooleanField(
        null=True, db_column="isMigrated", help_text="false: opened for a legacy account, see there"
    )
    suppressed_notifications = PassThroughField(
        null=True,
        db_column="suppressedNotifications",
        shape={"patientClinicInvitation": bool},
        help_text="mails that the admins of this clinic are not sent",
    )
    membership_restrictions = PassThroughField(
        null=True,
        db_column="membershipRestrictions",
        shape=[{"emailDomain": str, "requiredIdp": str}],
        help_text="whose addresses may become members, and how they must log in",
    )
    ehr_settings = PassThroughField(
        null=True,
        db_column="ehrSettings",
        shape={
            "enabled": bool,
            "provider": str,
            "sourceId": str,
            "mrnIdType": str,
            "destinationIds": {"flowsheet": str, "results": str, "notes": str},
            "procedureCodes": {ANY: str},
            "scheduledReports": {
                "cadence": str,
                "onUploadEnabled": bool,
                "onUploadNoteEventType": str,
            },
            "tags": {"codes": [str], "separator": str},
            "flowsheets": {"icode": bool},
            "notes": {"includeGmi": bool},
        },
        help_text="connection to the clinic's health record system; written as a whole",
    )
    mrn_settings = PassThroughField(
        null=True,
        db_column="mrnSettings",
        shape={"required": bool, "unique": bool},
        help_text="rules for MRNs of patients",
    )
    patient_count_settings = PassThroughField(
        null=True,
        db_column="patientCountSettings",
        shape={"hardLimit": _LIMIT, "softLimit": _LIMIT},
        help_text="limits that replace those of the tier",
    )
    patient_count = PassThroughField(
        null=True,
        db_column="patientCount",
        shape={"total": int, "demo": int, "plan": int, "providers": {ANY: dict}},
        help_text="published copy of `patientCounts`, without tags and sites",
    )
    patient_tags = PassThroughField(
        null=True, db_column="patientTags", shape=[_TAG], help_text="the clinic's tags"
    )
    last_deleted_patient_tag = PassThroughField(
        null=True,
        db_column="lastDeletedPatientTag",
        shape=ObjectId,
        help_text="tells other systems, which watch the collection, which tag went",
    )
    sites = PassThroughField(null=True, shape=[_SITE], help_text="the clinic's sites")
    created_time = models.DateTimeField(null=True, db_column="createdTime", help_text="made")
    updated_time = models.DateTimeField(
        null=True, db_column="updatedTime", help_text="changed last"
    )

    class Meta(StoredDocument.Meta):
        db_table = "clinics"

    def __str__(self) -> str:
        return self.name or str(self.pk)


class Clinician(StoredDocument):
    """A member of a clinic with roles, or a pending invite, which has no `userId`."""

    is_shared = True
    life = lives.as_long_as("someone is a member or is invited")

    clinic_id = ObjectIdField(null=True, db_column="clinicId", help_text="the clinic")
    user_id = models.TextField(
        null=True, db_column="userId", help_text="of a member; one record in each clinic"
    )
    invite_id = models.TextField(
        null=True, db_column="inviteId", help_text="of a pending invite: key of its confirmation"
    )
    email = models.TextField(null=True, help_text="of the account, or the invited address")
    name = models.TextField(null=True, help_text="full name")
    roles = ArrayField(
        models.TextField(), null=True, help_text="`CLINIC_ADMIN`, `CLINIC_MEMBER`, `PRESCRIBER`"
    )
    roles_updates = PassThroughField(
        null=True,
        db_column="rolesUpdates",
        shape=[{"roles": [str], "updatedBy": str}],
        help_text="who has set which roles; the newest 200 changes",
    )
    is_service_account = models.BooleanField(
        null=True, db_column="isServiceAccount", help_text="a technical account of the clinic"
    )
    security_profile = PassThroughField(
        null=True,
        db_column="securityProfile",
        shape={
            "mfaEnabled": bool,
            "mfaEnabledTime": datetime,
            "identityProviders": [{"alias": str, "name": str}],
            "lastLoginTime": datetime,
        },
        help_text="how the person logs in, the same in all clinics; a member's alone",
    )
    created_time = models.DateTimeField(null=True, db_column="createdTime", help_text="made")
    updated_time = models.DateTimeField(
        null=True, db_column="updatedTime", help_text="changed last"
    )

    class Meta(StoredDocument.Meta):
        db_table = "clinicians"

    def __str__(self) -> str:
        return self.user_id or "invite"


class ClinicDeletion(StoredDocument):
    """A clinic that was deleted. Kept for good."""

    is_shared = True
    life = lives.forever("it is the archive, which this and other services read")

    clinic: Any = PassThroughField(shape=dict, help_text="the document as it was")
    deleted_time = models.DateTimeField(db_column="deletedTime", help_text="when")
    deleted_by = models.TextField(null=True, db_column="deletedByUserId", help_text=_DELETED_BY)

    class Meta(StoredDocument.Meta):
        db_table = "clinic_deletions"

    def __str__(self) -> str:
        return str(self.pk)


class ClinicianDeletion(StoredDocument):
    """A member who was removed, or an invite that was taken back. Kept for good."""

    is_shared = True
    life = lives.forever("it is the archive, which this and other services read")

    clinician: Any = PassThroughField(
        shape=dict, help_text="the document as it was; of an invite without its key"
    )
    deleted_time = models.DateTimeField(db_column="deletedTime", help_text="when")
    deleted_by = models.TextField(null=True, db_column="deletedByUserId", help_text=_DELETED_BY)

    class Meta(StoredDocument.Meta):
        db_table = "clinician_deletions"

    def __str__(self) -> str:
        return str(self.pk)


class Migration(StoredDocument):
    """The move of a legacy clinician's patients into a clinic. An account is moved once."""

    is_shared = True
    life = lives.forever("an account is moved once, and other services read it")

    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic they move into")
    user_id = models.TextField(db_column="userId", help_text="the legacy account")
    status = models.TextField(
        null=True, choices=MigrationStatus.choices, help_text="how far it has come"
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="begun")
    updated_time = models.DateTimeField(db_column="updatedTime", help_text="changed last")

    class Meta(StoredDocument.Meta):
        db_table = "migrations"

    def __str__(self) -> str:
        return f"{self.user_id} ({self.status})"


class MigratedPatient(StoredDocument):
    """A patient who was moved out of a legacy account and has got the mail, so that no one gets it twice."""

    life = lives.forever("no one is to get the mail twice; one for each patient who was moved")

    id: Any = PassThroughField(
        primary_key=True,
        db_column="_id",
        shape={"clinicId": ObjectId, "userId": str, "patientId": str},
        help_text="clinic, legacy account and patient",
    )
    created_time = models.DateTimeField(db_column="createdTime", help_text="when")

    class Meta(StoredDocument.Meta):
        db_table = "migratedPatients"

    def __str__(self) -> str:
        return str(self.pk)


class ClinicCreation(StoredDocument):
    """A clinic's creation, so that a repeated call does not make a second clinic. Gone after an hour."""

    life = lives.expires("ClinicCreationCleanup", "after the creation")

    id = models.TextField(
        primary_key=True, db_column="_id", help_text="digest of the request and its caller"
    )
    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic that was made")
    created_time = models.DateTimeField(db_column="createdTime", help_text="when")

    class Meta(StoredDocument.Meta):
        db_table = "clinicCreations"

    def __str__(self) -> str:
        return str(self.clinic_id)


class ClinicClosure(StoredDocument):
    """A clinic that a merge holds, while it runs."""

    life = lives.as_long_as("a merge holds the clinic")

    id = ObjectIdField(primary_key=True, db_column="_id", help_text="the clinic")
    merge_id = ObjectIdField(db_column="mergeId", help_text="the merge")
    role = models.TextField(choices=ClosureRole.choices, help_text="what the clinic is in it")
    created_time = models.DateTimeField(db_column="createdTime", help_text="when")

    class Meta(StoredDocument.Meta):
        db_table = "clinicClosures"

    def __str__(self) -> str:
        return str(self.pk)


class ClinicToMerge(StoredDocument):
    """A clinic that will be part of another, since a merge was asked for. Files of patients are refused from then on:
    the merge would cut their creation off."""

    life = lives.as_long_as("a merge was asked for and has not ended")

    id = ObjectIdField(primary_key=True, db_column="_id", help_text="the clinic that will go")
    merge_id = ObjectIdField(db_column="mergeId", help_text="the merge")
    created_time = models.DateTimeField(db_column="createdTime", help_text="when")

    class Meta(StoredDocument.Meta):
        db_table = "clinicsToMerge"

    def __str__(self) -> str:
        return str(self.pk)


class ClinicTroubles(StoredDocument):
    """Which clinics need attention, as a worker found them last, for staff. One document."""

    life = lives.as_long_as("the service is used: each run replaces it")

    id = models.TextField(primary_key=True, db_column="_id", help_text="`found`")
    found_time = models.DateTimeField(db_column="foundTime", help_text="when")
    total = models.IntegerField(help_text="of all, also of those that were too many to keep")
    clinics = PassThroughField(
        shape=[{"clinicId": ObjectId, "isSourceShared": bool, "reasons": [str]}],
        help_text="by name; what the clinic's own record says is not kept",
    )

    class Meta(StoredDocument.Meta):
        db_table = "clinicTroubles"

    def __str__(self) -> str:
        return str(self.pk)
