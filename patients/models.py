"""The collections of patients (kernel.stored_models says what models are for)."""

from datetime import datetime
from typing import Any

from bson import ObjectId
from django.db import models
from django_mongodb_backend.fields import ArrayField, ObjectIdField

from kernel import lives
from kernel.safe_reading import ANY, Shape
from kernel.stored_models import PassThroughField, StoredDocument
from patients import kept
from patients.choices import PERMISSIONS, DiagnosisType

_SUMMARY: Shape = {
    "id": object,
    "dates": dict,
    "config": dict,
    "periods": {ANY: dict},
    "answer": bytes,
}


class Patient(StoredDocument):
    """A person in one clinic, with what the clinic knows of them, their summaries and their EHR subscriptions."""

    is_shared = True
    life = lives.as_long_as("no one removes the patient, who is then in the archive")

    clinic_id = ObjectIdField(null=True, db_column="clinicId", help_text="the clinic")
    user_id = models.TextField(
        null=True, db_column="userId", help_text="the account; one record in each clinic"
    )
    full_name = models.TextField(null=True, db_column="fullName", help_text="full name")
    birth_date = models.TextField(null=True, db_column="birthDate", help_text="YYYY-MM-DD")
    email = models.TextField(null=True, help_text="of the account, in its canonical form")
    mrn = models.TextField(null=True, help_text="medical record number in this clinic")
    require_unique_mrn = models.BooleanField(
        null=True,
        db_column="requireUniqueMrn",
        help_text="the clinic's setting when the MRN was written: a unique index looks at it",
    )
    target_devices = PassThroughField(
        null=True, db_column="targetDevices", shape=[str], help_text="devices of the patient"
    )
    tags = ArrayField(ObjectIdField(), null=True, help_text="ids of tags of the clinic")
    sites = PassThroughField(
        null=True,
        shape=[{"id": ObjectId, "name": str}],
        help_text="sites of the clinic, with their names as they are now",
    )
    data_sources = PassThroughField(
        null=True,
        db_column="dataSources",
        shape=[
            {
                "providerName": str,
                "state": str,
                "dataSourceId": ObjectId,
                "modifiedTime": datetime,
                "expirationTime": datetime,
                "latestDataTime": datetime,
                "createdTime": datetime,
                "connectedTime": datetime,
            }
        ],
        help_text="accounts of device makers that deliver data, and open requests for them",
    )
    permissions = PassThroughField(
        null=True,
        shape=dict.fromkeys(PERMISSIONS, dict),
        help_text="what the clinic may do; a key that is present is granted",
    )
    glycemic_ranges = PassThroughField(
        null=True,
        db_column="glycemicRanges",
        shape={"type": str, "preset": str, "custom": {"name": str, "thresholds": [dict]}},
        help_text="a preset by name, or ranges of the patient's own",
    )
    diagnosis_type = models.TextField(
        null=True,
        db_column="diagnosisType",
        choices=DiagnosisType.choices,
        help_text="type of diabetes",
    )
    summary = PassThroughField(
        null=True,
        shape={"cgmStats": _SUMMARY, "bgmStats": _SUMMARY},
        help_text="statistics, calculated by the data service, with the text they are answered with",
    )
    reviews = PassThroughField(
        null=True,
        shape=[{"clinicianId": str, "time": datetime}],
        help_text="the last two reviews, newest first",
    )
    ehr_subscriptions = PassThroughField(
        null=True,
        db_column="ehrSubscriptions",
        shape={
            ANY: {
                "active": bool,
                "provider": str,
                "createdAt": datetime,
                "updatedAt": datetime,
                "matchedMessages": [{"id": ObjectId, "dataModel": str, "eventType": str}],
            }
        },
        help_text="reports that orders have asked for, by name",
    )
    provider_connection_requests = PassThroughField(
        null=True,
        db_column="providerConnectionRequests",
        shape={ANY: [{"providerName": str, "createdTime": datetime, "expirationTime": datetime}]},
        help_text="when the patient was asked to connect an account, by provider, newest first",
    )
    last_requested_dexcom_connect_time = models.DateTimeField(
        null=True,
        db_column="lastRequestedDexcomConnectTime",
        help_text="the same in documents of an older version",
    )
    connection_issue_source = models.TextField(
        null=True,
        db_column="connectionIssueSource",
        help_text="what is tracked: a provider, or the general invitation",
    )
    connection_issue = PassThroughField(
        null=True,
        db_column="connectionIssue",
        shape={"cause": str, "hidden": bool},
        help_text="why no data arrive from it; `hidden` only where it is",
    )
    last_invitation_sent = models.DateTimeField(
        null=True,
        db_column="lastInvitationSent",
        help_text="when the general invitation was mailed last",
    )
    last_upload_reminder_time = models.DateTimeField(
        null=True, db_column="lastUploadReminderTime", help_text="when a reminder was sent last"
    )
    is_migrated = models.BooleanField(
        null=True, db_column="isMigrated", help_text="moved out of a legacy account"
    )
    legacy_clinician_ids = ArrayField(
        models.TextField(),
        null=True,
        db_column="legacyClinicianIds",
        help_text="the legacy accounts that the patient was moved out of",
    )
    invited_by = models.TextField(
        null=True, db_column="invitedBy", help_text="user id of the member who made the record"
    )
    creation_metadata = PassThroughField(
        null=True,
        db_column="creationMetadata",
        shape={"integration": str},
        help_text="the integration that made the record: `redox`, `xealth`",
    )
    created_time = models.DateTimeField(null=True, db_column="createdTime", help_text="made")
    updated_time = models.DateTimeField(
        null=True, db_column="updatedTime", help_text="changed last"
    )

    class Meta(StoredDocument.Meta):
        db_table = "patients"

    def __str__(self) -> str:
        return self.user_id or str(self.pk)


class PatientDeletion(StoredDocument):
    """A patient who was removed from a clinic. Kept for good."""

    is_shared = True
    life = lives.forever("it is the archive, which this and other services read")

    patient: Any = PassThroughField(shape=dict, help_text="the document as it was")
    deleted_time = models.DateTimeField(db_column="deletedTime", help_text="when")
    deleted_by = models.TextField(
        null=True,
        db_column="deletedByUserId",
        help_text="who deleted it: a user id, or `staff:` and the number of a staff account",
    )

    class Meta(StoredDocument.Meta):
        db_table = "patient_deletions"

    def __str__(self) -> str:
        return str(self.pk)


class PatientCounts(StoredDocument):
    """Counts of a clinic's patients: kept exact by every change, counted again by a worker when in doubt."""

    life = lives.as_long_as("the clinic exists; of a version that is gone see `patients.kept`")

    id = ObjectIdField(primary_key=True, db_column="_id", help_text="the clinic")
    total = models.IntegerField(null=True, help_text="all patients")
    demo = models.IntegerField(null=True, help_text="demo patients")
    plan = models.IntegerField(null=True, help_text="those that count for the plan's limit")
    sources = PassThroughField(
        null=True, shape={ANY: {ANY: int}}, help_text="by provider and state of data sources"
    )
    tags = PassThroughField(null=True, shape={ANY: int}, help_text="by id of a tag")
    sites = PassThroughField(null=True, shape={ANY: int}, help_text="by id of a site")
    issues = PassThroughField(
        null=True, shape={ANY: int}, help_text="by cause of a connection issue, hidden ones apart"
    )
    place_changes = models.IntegerField(
        null=True,
        db_column="placeChanges",
        help_text="grows with every change of a tag or a site, so that two of them meet",
    )
    generation = ObjectIdField(null=True, help_text="another one when a count was set")
    counted_time = models.DateTimeField(null=True, db_column="countedTime", help_text="counted")
    doubted_time = models.DateTimeField(
        null=True, db_column="doubtedTime", help_text="since when a worker is asked to count"
    )

    class Meta(StoredDocument.Meta):
        db_table = kept.COUNTS

    def __str__(self) -> str:
        return str(self.pk)


_PERIODS = [(kind, days) for kind in ("CGM", "BGM") for days in (1, 7, 14, 30)]


def _statistics(help_text: str) -> "PassThroughField[Any, Any]":
    shown = f"{help_text}, by the codes of `patients.list_rows`"
    return PassThroughField(null=True, shape={ANY: float}, help_text=shown)


class PatientListRow(StoredDocument):
    """What lists, searches and counts need of a patient: derived from the record, and made again when it is wrong."""

    life = lives.as_long_as(
        "the patient's record exists; of a version that is gone see `patients.kept`"
    )

    id = models.BinaryField(
        primary_key=True,
        db_column="_id",
        help_text="the bytes of the clinic's id and of the record's",
    )
    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic")
    patient_id = ObjectIdField(db_column="patientId", help_text="the record")
    user_id = models.TextField(null=True, db_column="userId", help_text="the account")
    full_name = models.TextField(null=True, db_column="fullName", help_text="full name")
    birth_date = models.TextField(null=True, db_column="birthDate", help_text="YYYY-MM-DD")
    search_key = models.TextField(db_column="searchKey", help_text="what searches compare")
    terms = ArrayField(
        models.TextField(), null=True, help_text="by what staff find the patient in all clinics"
    )
    tags = ArrayField(ObjectIdField(), null=True, help_text="ids of tags")
    sites = ArrayField(ObjectIdField(), null=True, help_text="ids of sites")
    reviewed = models.DateTimeField(null=True, help_text="time of the newest review")
    has_own_ranges = models.BooleanField(
        null=True, db_column="hasOwnRanges", help_text="if its glycemic ranges are not the standard"
    )
    is_custodial = models.BooleanField(
        null=True, db_column="isCustodial", help_text="if the clinic looks after the account"
    )
    is_subscribed = models.BooleanField(
        null=True, db_column="isSubscribed", help_text="if reports are sent to the health record"
    )
    sources = models.TextField(null=True, help_text="provider and state of each data source")
    issue = models.IntegerField(
        null=True,
        help_text="cause of the connection issue, by the codes of `patients.connection_issues`; hidden: negative",
    )
    issue_due = models.DateTimeField(
        null=True, db_column="issueDue", help_text="after which moment the issue is another one"
    )
    cgm = PassThroughField(null=True, shape={ANY: datetime}, help_text="dates of the CGM summary")
    bgm = PassThroughField(null=True, shape={ANY: datetime}, help_text="dates of the BGM summary")
    c1, c7, c14, c30, b1, b7, b14, b30 = (
        _statistics(f"statistics of {days} days ({kind})") for kind, days in _PERIODS
    )
    c1d, c7d, c14d, c30d, b1d, b7d, b14d, b30d = (
        _statistics(f"changes of statistics of {days} days ({kind}) since the {days} days before")
        for kind, days in _PERIODS
    )

    class Meta(StoredDocument.Meta):
        db_table = kept.ROWS

    def __str__(self) -> str:
        return str(self.patient_id)


class PatientAnswers(StoredDocument):
    """The texts in which lists show a patient's summaries: derived from the record."""

    life = lives.as_long_as(
        "the patient's record exists; of a version that is gone see `patients.kept`"
    )

    cgm_stats = PassThroughField(
        null=True,
        db_column="cgmStats",
        shape=dict,
        help_text="{text, of}: JSON compressed with zstd, and the values of the summary it was made from",
    )
    bgm_stats = PassThroughField(null=True, db_column="bgmStats", shape=dict, help_text="the same")

    class Meta(StoredDocument.Meta):
        db_table = kept.TEXTS

    def __str__(self) -> str:
        return str(self.pk)


class Derivation(StoredDocument):
    """What was done to derive and to compare what lists read: one document for each kind of work."""

    life = lives.as_long_as("its version of kept data is used; three for each version")

    id = models.TextField(
        primary_key=True,
        db_column="_id",
        help_text="`prepared`, `prepare`, `check`, `issues`, with the version of kept data",
    )
    time = models.DateTimeField(
        null=True,
        help_text="of `prepared`: all records have had a row since then; of `prepare`: of its last step",
    )
    position = PassThroughField(
        null=True, shape={"phase": str, "after": object}, help_text="where the work continues"
    )
    checked = models.IntegerField(null=True, help_text="records read so far")
    counted = PassThroughField(
        null=True, shape={ANY: int}, help_text="the same by phase of the work"
    )
    wrong = PassThroughField(null=True, shape={ANY: int}, help_text="differences so far, by kind")
    began_time = models.DateTimeField(
        null=True, db_column="beganTime", help_text="of this check or sweep"
    )
    failures = models.IntegerField(null=True, help_text="of the sweep: in a row so far")
    not_before = models.DateTimeField(
        null=True, db_column="notBefore", help_text="when the work is due, or its claim ends"
    )
    claim = models.TextField(null=True, help_text="of the process that does it")
    last = PassThroughField(
        null=True,
        shape={"time": datetime, "seconds": int, "checked": int, "wrong": {ANY: int}},
        help_text="result of the last check or sweep",
    )

    class Meta(StoredDocument.Meta):
        db_table = "derivations"

    def __str__(self) -> str:
        return str(self.pk)


class PatientListViews(StoredDocument):
    """Saved views of a clinic's list of patients: those that it shares, those that staff share, or those of one member
    or member of staff."""

    life = lives.as_long_as("the clinic exists and, of a member's own, the member is in it")

    id = models.TextField(
        primary_key=True, db_column="_id", help_text="the clinic, and behind a colon the member"
    )
    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic")
    user_id = models.TextField(
        null=True,
        db_column="userId",
        help_text="the member; `staff:` and a number: of staff; `staff`: shared among staff; absent: shared within the "
        "clinic",
    )
    views = PassThroughField(
        shape=[
            {
                "id": ObjectId,
                "ownerId": str,
                "name": str,
                "conditions": [{"name": str, "value": str}],
                "columns": [str],
                "createdTime": datetime,
                "updatedTime": datetime,
            }
        ],
        help_text="at most 50 of a member, 100 that are shared; a search text is no part of one",
    )

    class Meta(StoredDocument.Meta):
        db_table = "patientListViews"

    def __str__(self) -> str:
        return str(self.pk)


class AccountRequest(StoredDocument):
    """A request for an account of a custodial patient. Gone minutes later, or after a week."""

    life = lives.expires(
        "AccountRequestCleanup", "after the request, or when a worker has answered it"
    )

    clinic_id = ObjectIdField(db_column="clinicId", help_text="the clinic that asks")
    email = models.TextField(null=True, help_text="the account's address, if it gets one")
    origin = models.TextField(null=True, help_text="job and row of a file that it is for, if any")
    user_id = models.TextField(null=True, db_column="userId", help_text="the account, once known")
    created_time = models.DateTimeField(db_column="createdTime", help_text="when")

    class Meta(StoredDocument.Meta):
        db_table = "accountRequests"

    def __str__(self) -> str:
        return str(self.pk)
