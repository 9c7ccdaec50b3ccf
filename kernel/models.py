"""The collections of the kernel (kernel.stored_models says what models are for)."""

from datetime import datetime
from typing import Any

from bson import ObjectId
from django.db import models
from django_mongodb_backend.fields import ArrayField, ObjectIdField

from kernel import lives
from kernel.choices import AccessKind, AuditOutcome, IndexProblem, JobState, RowState
from kernel.safe_reading import ANY
from kernel.stored_models import PassThroughField, StoredDocument


class OutboxRow(StoredDocument):
    """One event for one handler. Delivered rows go after 30 days."""

    life = lives.expires(
        "OutboxCleanup",
        "after it was delivered; one that no one could deliver stays until staff start it again",
    )

    event = models.TextField(help_text="name of the event")
    handler = models.TextField(help_text="name of the handler")
    queue = models.TextField(help_text="whose workers handle it")
    key = models.TextField(help_text="rows of one key and handler run in order; empty: no order")
    order: Any = PassThroughField(
        null=True, help_text="its place: MongoDB's logical clock; absent in rows from before 0.1.0"
    )
    payload: Any = PassThroughField(
        null=True,
        shape=dict,
        help_text="ids; of a mail, which names a recipient, dropped when sent",
    )
    state = models.TextField(choices=RowState.choices, help_text="what became of it")
    attempts = models.IntegerField(help_text="tries so far")
    faults = models.IntegerField(null=True, help_text="tries that ended with a fault")
    claim = models.TextField(null=True, help_text="which try has it just now")
    waits = models.BooleanField(null=True, help_text="waits for an earlier row of its key")
    followers = models.IntegerField(null=True, help_text="how many rows wait for it")
    last_error = models.TextField(null=True, db_column="lastError", help_text="why it failed")
    trace = models.TextField(null=True, help_text="the trace that emitted it (W3C `traceparent`)")
    due_time = models.DateTimeField(db_column="dueTime", help_text="when it should run")
    not_before = models.DateTimeField(
        db_column="notBefore", help_text="next try, or end of the lease of this one"
    )
    nudged_time = models.DateTimeField(
        null=True, db_column="nudgedTime", help_text="when workers were told of it"
    )
    done_time = models.DateTimeField(null=True, db_column="doneTime", help_text="delivered")
    created_time = models.DateTimeField(db_column="createdTime", help_text="made")
    updated_time = models.DateTimeField(db_column="updatedTime", help_text="changed last")

    class Meta(StoredDocument.Meta):
        db_table = "outbox"

    def __str__(self) -> str:
        return f"{self.event} for {self.handler} ({self.state})"


class AuditEvent(StoredDocument):
    """Who did what, sealed and chained. Never changed, never expired."""

    life = lives.forever("it answers who did what, and laws ask for years of it")

    time = models.DateTimeField(help_text="when")
    environment = models.TextField(help_text="which installation; each has a chain of its own")
    action = models.TextField(help_text="what was done")
    actor: Any = PassThroughField(
        shape={"id": str, "kind": str, "name": str}, help_text="who: staff or system"
    )
    object: Any = PassThroughField(
        shape={"type": str, "id": str, "name": str},
        help_text="to what; the name is a copy that outlives it, never a patient's",
    )
    clinic_id = ObjectIdField(null=True, db_column="clinicId", help_text="in which clinic")
    before: Any = PassThroughField(null=True, shape=dict, help_text="what changed, as it was")
    after: Any = PassThroughField(null=True, shape=dict, help_text="and as it is then")
    scope: Any = PassThroughField(null=True, shape=dict, help_text="how much was touched")
    reason = models.TextField(help_text="as staff wrote it")
    outcome = models.TextField(choices=AuditOutcome.choices, help_text="whether it was done")
    request_id = models.TextField(db_column="requestId", help_text="as in the log")
    number = models.IntegerField(help_text="place in the chain")
    previous = models.TextField(help_text="seal of the event before")
    key = models.TextField(help_text="which secret has sealed it")
    seal = models.TextField(help_text="keyed digest of the event")

    class Meta(StoredDocument.Meta):
        db_table = "auditEvents"

    def __str__(self) -> str:
        return f"{self.number} {self.action}"


class AuditHead(StoredDocument):
    """Number and seal of an environment's newest audit event."""

    life = lives.as_long_as("the environment exists, which has one")

    id = models.TextField(primary_key=True, db_column="_id", help_text="the environment")
    number = models.IntegerField(help_text="of the newest event")
    seal = models.TextField(help_text="of the newest event")
    mac = models.TextField(null=True, help_text="signature of both")

    class Meta(StoredDocument.Meta):
        db_table = "auditHeads"

    def __str__(self) -> str:
        return f"{self.pk} {self.number}"


class AuditAnchor(StoredDocument):
    """Where the audit trail ended at some hour, signed. Never changed, never expired."""

    life = lives.forever("without them a cut end of the audit trail would not be noticed")

    environment = models.TextField(help_text="whose chain")
    number = models.IntegerField(help_text="of the newest event then")
    seal = models.TextField(help_text="of the newest event then")
    time = models.DateTimeField(help_text="when")
    mac = models.TextField(help_text="signature of all of it")

    class Meta(StoredDocument.Meta):
        db_table = "auditAnchors"

    def __str__(self) -> str:
        return f"{self.environment} {self.number}"


class AccessRecord(StoredDocument):
    """Who has read or changed what of patients. Never changed; goes after `ACCESS_RECORD_YEARS`."""

    life = lives.expires("AccessExpiry", "after the access", variable="ACCESS_RECORD_YEARS")

    id = ObjectIdField(
        primary_key=True,
        db_column="_id",
        help_text="second, process and a counter: they give the order",
    )
    time = models.DateTimeField(help_text="when it ended")
    who = models.TextField(
        help_text="user id, or name of the health record system; empty: no one is known"
    )
    kind = models.TextField(choices=AccessKind.choices, help_text="as what")
    operation = models.TextField(help_text="operationId; in the background the name of the handler")
    outcome = models.TextField(
        help_text="HTTP status or `begun` (the answer takes long); or `done`, `failed`"
    )
    clinic = ObjectIdField(null=True, help_text="in which clinic")
    patient = models.TextField(null=True, help_text="user id of the patient, if it was one")
    list: Any = PassThroughField(
        null=True,
        shape={"by": [str], "offset": int, "shown": int},
        help_text="for several patients: names of the query's parameters, and how many were shown",
    )
    request = models.TextField(help_text="as in the log")

    class Meta(StoredDocument.Meta):
        db_table = "accessRecords"

    def __str__(self) -> str:
        return f"{self.operation} {self.outcome}"


class AccessBatch(StoredDocument):
    """What a process wrote at once, sealed. Never changed; goes after `ACCESS_RECORD_YEARS`."""

    life = lives.expires("AccessBatchExpiry", "after the batch", variable="ACCESS_RECORD_YEARS")

    id = models.TextField(
        primary_key=True, db_column="_id", help_text="PROCESS:NUMBER, hexadecimal; from 1"
    )
    time = models.DateTimeField(help_text="when")
    before = models.DateTimeField(null=True, help_text="when the batch before was written")
    count = models.IntegerField(help_text="how many records")
    first = ObjectIdField(null=True, help_text="id of the first")
    last = ObjectIdField(null=True, help_text="id of the last")
    end = models.BooleanField(help_text="the process wrote nothing more")
    key = models.TextField(help_text="which secret has sealed it")
    seal = models.BinaryField(help_text="keyed digest of the seal before and of the records")

    class Meta(StoredDocument.Meta):
        db_table = "accessBatches"

    def __str__(self) -> str:
        return str(self.pk)


class AccessProcess(StoredDocument):
    """How far the chain of a process goes. Goes after `ACCESS_RECORD_YEARS`."""

    life = lives.expires(
        "AccessProcessExpiry", "after the process was seen last", variable="ACCESS_RECORD_YEARS"
    )

    id = models.TextField(primary_key=True, db_column="_id", help_text="chosen at random")
    host = models.TextField(help_text="where it ran")
    pid = models.IntegerField(help_text="its number there")
    began = models.DateTimeField(help_text="time of its first batch")
    number = models.IntegerField(help_text="of its newest batch")
    seal = models.BinaryField(help_text="of its newest batch")
    written = models.DateTimeField(help_text="time of its newest batch")
    seen = models.DateTimeField(help_text="when it last said that it lives")
    ended = models.DateTimeField(null=True, help_text="when it said that nothing follows")
    mac = models.TextField(help_text="signature of number, seal, time and end")

    class Meta(StoredDocument.Meta):
        db_table = "accessProcesses"

    def __str__(self) -> str:
        return str(self.pk)


class Heartbeat(StoredDocument):
    """When the scheduler last handed a task to the broker, the records of accesses were last checked, and a heartbeat
    was last done in a queue."""

    life = lives.as_long_as("the service is used: there are five")

    id = models.TextField(
        primary_key=True, db_column="_id", help_text="`beat`, `accesses`, or `queue:` and its name"
    )
    time = models.DateTimeField(help_text="when")
    began = models.DateTimeField(null=True, help_text="of `beat`: the first time")

    class Meta(StoredDocument.Meta):
        db_table = "heartbeats"

    def __str__(self) -> str:
        return str(self.pk)


class MissingIndex(StoredDocument):
    """A declared index that could not be made. Deleted once it could."""

    life = lives.as_long_as("the index cannot be made")

    id = models.TextField(primary_key=True, db_column="_id", help_text="COLLECTION.INDEX")
    reason = models.TextField(choices=IndexProblem.choices, help_text="why")
    text = models.TextField(help_text="the same as a sentence")
    without = models.TextField(help_text="what does not hold meanwhile")
    remedy = models.TextField(help_text="what operators can do")
    records = models.IntegerField(help_text="how many records are equal to another")
    clinic_count = models.IntegerField(db_column="clinicCount", help_text="in how many clinics")
    checked_time = models.DateTimeField(db_column="checkedTime", help_text="tried last")
    next_time = models.DateTimeField(db_column="nextTime", help_text="when it is tried again")

    class Meta(StoredDocument.Meta):
        db_table = "missingIndexes"

    def __str__(self) -> str:
        return str(self.pk)


class FollowerRow(StoredDocument):
    """How far a follower of the change stream is. One document for each follower, written by the process that
    follows."""

    life = lives.as_long_as(
        "the follower is part of the service, or its version of kept data is used; one for each"
    )

    id = models.TextField(primary_key=True, db_column="_id", help_text="name of the follower")
    holder = models.TextField(help_text="which process follows")
    lease_time = models.DateTimeField(
        db_column="leaseTime", help_text="until when no other process takes its place"
    )
    watched = ArrayField(models.TextField(), null=True, help_text="the collections it follows")
    version = models.IntegerField(null=True, help_text="of what it derives")
    token: Any = PassThroughField(
        null=True, shape={"*": str}, help_text="where in the stream it continues"
    )
    start_at: Any = PassThroughField(
        null=True, db_column="startAt", help_text="the same, as long as there is no token"
    )
    followed_time = models.DateTimeField(
        null=True, db_column="followedTime", help_text="everything before it is handled"
    )
    is_quiet = models.BooleanField(
        null=True, db_column="isQuiet", help_text="no change was waiting when it noted this"
    )
    note_time = models.DateTimeField(null=True, db_column="noteTime", help_text="of this note")
    changes = models.IntegerField(null=True, help_text="handled so far")
    failures = models.IntegerField(null=True, help_text="attempts that failed so far")
    last_error = models.TextField(null=True, db_column="lastError", help_text="why the last did")
    last_error_time = models.DateTimeField(null=True, db_column="lastErrorTime", help_text="when")
    rescan_time = models.DateTimeField(
        null=True, db_column="rescanTime", help_text="since when a rescan is under way"
    )
    rescan_reason = models.TextField(null=True, db_column="rescanReason", help_text="why")
    rescan_after: Any = PassThroughField(
        null=True, db_column="rescanAfter", help_text="where its next slice begins"
    )
    rescanned_time = models.DateTimeField(
        null=True, db_column="rescannedTime", help_text="end of the last rescan"
    )

    class Meta(StoredDocument.Meta):
        db_table = "followers"

    def __str__(self) -> str:
        return str(self.pk)


class FollowerFailure(StoredDocument):
    """A document that a follower could not handle. Goes when it is handled."""

    life = lives.as_long_as("the document cannot be handled")

    follower = models.TextField(help_text="name of the follower")
    collection = models.TextField(help_text="of the document")
    document_id: Any = PassThroughField(db_column="documentId", help_text="id of the document")
    error = models.TextField(help_text="kind of the last failure")
    time = models.DateTimeField(help_text="of the last failure")

    class Meta(StoredDocument.Meta):
        db_table = "followerFailures"

    def __str__(self) -> str:
        return f"{self.follower} {self.collection}"


class StaffFactor(StoredDocument):
    """The second factor of a staff account. Without a `key` the account has none."""

    life = lives.as_long_as("the staff account exists; one for each")

    id = ObjectIdField(primary_key=True, db_column="_id", help_text="the staff account")
    generation = models.IntegerField(help_text="a change of it ends the account's sessions")
    key = models.TextField(null=True, help_text="secret of the codes, encrypted")
    last_step = models.IntegerField(
        null=True, db_column="lastStep", help_text="time step of the last code that was used"
    )
    recovery_codes = ArrayField(
        models.TextField(), null=True, db_column="recoveryCodes", help_text="hashes of unused ones"
    )
    confirmed_time = models.DateTimeField(null=True, db_column="confirmedTime", help_text="set up")

    class Meta(StoredDocument.Meta):
        db_table = "staffFactors"

    def __str__(self) -> str:
        return str(self.pk)


class StaffRecents(StoredDocument):
    """What a member of staff has looked at last, ten of each kind, the newest first. Ids alone."""

    life = lives.expires("StaffRecentsCleanup", "after the last look")

    id = ObjectIdField(primary_key=True, db_column="_id", help_text="the staff account")
    clinics = PassThroughField(
        null=True, shape=[{"id": ObjectId, "tab": str}], help_text="with the tab that was open last"
    )
    people = PassThroughField(null=True, shape=[{"id": str}], help_text="user ids")
    patients = PassThroughField(
        null=True, shape=[{"id": str, "clinic": ObjectId}], help_text="user ids with their clinic"
    )
    time = models.DateTimeField(help_text="of the last look")

    class Meta(StoredDocument.Meta):
        db_table = "staffRecents"

    def __str__(self) -> str:
        return str(self.pk)


class StaffIdentity(StoredDocument):
    """Which staff account an identity at the provider is."""

    life = lives.as_long_as("the staff account exists; one for each identity")

    id: Any = PassThroughField(
        primary_key=True,
        db_column="_id",
        shape={"issuer": str, "subject": str},
        help_text="the identity",
    )
    user_id = ObjectIdField(db_column="userId", help_text="the staff account")
    linked_time = models.DateTimeField(db_column="linkedTime", help_text="since when")

    class Meta(StoredDocument.Meta):
        db_table = "staffIdentities"

    def __str__(self) -> str:
        return str(self.pk)


class DailyNumbers(StoredDocument):
    """The numbers of one day, for the charts on the staff's first page."""

    life = lives.expires("DailyNumbersCleanup", "after the day")

    id = models.TextField(primary_key=True, db_column="_id", help_text="the day, as 2026-11-29")
    day = models.DateTimeField(help_text="its begin, UTC")
    numbers: Any = PassThroughField(
        null=True, shape={ANY: {ANY: int}}, help_text="by name and series, as the apps declare them"
    )
    kept_time = models.DateTimeField(
        null=True, db_column="keptTime", help_text="when all of it was counted last"
    )

    class Meta(StoredDocument.Meta):
        db_table = "dailyNumbers"

    def __str__(self) -> str:
        return str(self.pk)


class Job(StoredDocument):
    """Work that staff have begun, how far it is, and what became of it (`kernel.jobs`)."""

    life = lives.expires("JobsCleanup", "after it was begun")

    kind = models.TextField(help_text="what is done, as an app declares it")
    clinic_id = ObjectIdField(
        null=True, db_column="clinicId", help_text="in which clinic, if it is about one"
    )
    clinic_name = models.TextField(db_column="clinicName", help_text="its name at the begin")
    wanted: Any = PassThroughField(
        shape=dict,
        help_text="what was asked for, which may be a text to search for; dropped when it is planned",
    )
    options: Any = PassThroughField(shape=dict, help_text="what the kind needs besides")
    about = models.TextField(help_text="what it does, in words, without patients")
    narrowed: Any = PassThroughField(
        null=True,
        shape=[{"title": str, "value": str}],
        help_text="by what its patients were chosen, in words, without the text that was searched for",
    )
    left_out: Any = PassThroughField(
        null=True,
        db_column="leftOut",
        shape=[{"words": str, "count": int, "items": [str]}],
        help_text="why some were left out, how many, and the first of them, 500 in all",
    )
    state = models.TextField(choices=JobState.choices, help_text="how far it has come")
    steps = models.IntegerField(help_text="steps that were taken, so that none is taken twice")
    position = models.IntegerField(help_text="the part that is next")
    offset = models.IntegerField(
        null=True, help_text="the item of it that is next, where each is a step of its own"
    )
    total = models.IntegerField(help_text="how many it is about")
    done = models.IntegerField(help_text="how many it has worked on")
    succeeded = models.IntegerField(help_text="for how many it was done")
    problem = models.TextField(help_text="why it ended early")
    log: Any = PassThroughField(
        shape=[{"time": datetime, "words": str}],
        help_text="its steps, the last 500",
    )
    file: Any = PassThroughField(
        null=True,
        shape={"series": str, "size": int, "expiresTime": datetime, "fetchedTime": datetime},
        help_text="the file that it has made",
    )
    asked_by: Any = PassThroughField(
        db_column="askedBy", shape=dict, help_text="who asked for it, as in the audit trail"
    )
    reason = models.TextField(help_text="the reason that staff gave")
    created_time = models.DateTimeField(db_column="createdTime", help_text="begun")
    updated_time = models.DateTimeField(db_column="updatedTime", help_text="changed last")
    ended_time = models.DateTimeField(null=True, db_column="endedTime", help_text="ended")
    again: Any = PassThroughField(
        null=True,
        shape={"state": str, "until": datetime},
        help_text="where a failed one goes on if it is started again, and until when it can be",
    )

    class Meta(StoredDocument.Meta):
        db_table = "jobs"

    def __str__(self) -> str:
        return str(self.pk)


class JobPart(StoredDocument):
    """What a job works on, the rows that it has made, or its file, in pieces. Removed when the job has ended, or its
    file was fetched."""

    life = lives.expires(
        "JobPartsCleanup",
        "a day after the file was made; of a job that has not ended, three days after the part was made; of one that "
        "has failed, three days after that; what was searched for, three days after the begin; a result, a day after",
    )

    job_id = ObjectIdField(db_column="jobId", help_text="the job")
    series = models.TextField(
        help_text="`wanted`, `typed`, `items`, `rows`, `result`, or that of the file"
    )
    number = models.IntegerField(help_text="its place in the series")
    items = ArrayField(models.TextField(), null=True, help_text="ids of what is worked on")
    wanted: Any = PassThroughField(
        null=True,
        shape=dict,
        help_text="what was asked for, of a job that failed before it was planned",
    )
    typed = models.TextField(
        null=True, help_text="the text that was searched for, for the page of the job"
    )
    data = models.BinaryField(null=True, help_text="rows, compressed, or a piece of the file")
    result: Any = PassThroughField(
        null=True,
        shape=dict,
        help_text="what a page shows of a job that is done: the plan of a merge",
    )
    expires_time = models.DateTimeField(db_column="expiresTime", help_text="when it goes")

    class Meta(StoredDocument.Meta):
        db_table = "jobParts"

    def __str__(self) -> str:
        return f"{self.job_id} {self.series} {self.number}"
