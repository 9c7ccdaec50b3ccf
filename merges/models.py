"""The collections of merges (kernel.stored_models says what models are for)."""

from datetime import datetime
from typing import Any

from bson import ObjectId
from django.db import models
from django_mongodb_backend.fields import ArrayField, ObjectIdField

from kernel import lives
from kernel.safe_reading import Shape
from kernel.stored_models import PassThroughField, StoredDocument
from merges.choices import MergeState

_PLAN: dict[str, Shape] = {
    **dict.fromkeys(("sourceClinicId", "targetClinicId"), ObjectId),
    **dict.fromkeys(("sourceClinicName", "targetClinicName", "name", "workspace"), str),
    **dict.fromkeys(("tagAction", "siteAction", "patientAction", "clinicianAction"), str),
    **{key: [str] for key in ("sourceTagNames", "targetTagNames", "postMigrationTagNames")},
    **{key: [str] for key in ("sourceSiteNames", "mergedSiteNames", "targetSiteNames")},
    **{key: [str] for key in ("postMigrationSiteNames", "workspaces", "resultingRoles")},
    **dict.fromkeys(("merge", "downgraded", "canExecuteAction"), bool),
    "postMigrationMRNUniqueness": bool,
    "expectedRename": str,
    "site": {"id": ObjectId, "name": str},
    **dict.fromkeys(("sourcePatient", "targetPatient", "conflicts", "clinician", "error"), dict),
    **dict.fromkeys(("source", "target"), dict),
    "createdTime": datetime,
}


class Merge(StoredDocument):
    """One merge of two clinics. It stays: the source can be found nowhere else but in the archive."""

    life = lives.forever("the source clinic is found nowhere else but in the archive")

    source_id = ObjectIdField(db_column="sourceId", help_text="the clinic that goes")
    target_id = ObjectIdField(db_column="targetId", help_text="the clinic that stays")
    source_name = models.TextField(db_column="sourceName", help_text="its name at the request")
    target_name = models.TextField(db_column="targetName", help_text="its name at the request")
    source_share_code = models.TextField(
        null=True, db_column="sourceShareCode", help_text="its share code at the request"
    )
    target_share_code = models.TextField(
        null=True, db_column="targetShareCode", help_text="its share code at the request"
    )
    state = models.TextField(choices=MergeState.choices, help_text="how it stands")
    stage = models.TextField(help_text="what is done next; empty: nothing")
    steps = models.IntegerField(help_text="steps that were taken, so that none is taken twice")
    done = models.IntegerField(help_text="items that are done")
    total = models.IntegerField(help_text="items of the plan: tags, sites, patients, members")
    numbers: Any = PassThroughField(shape=dict, help_text="numbers of the plan")
    problems: Any = PassThroughField(shape=[dict], help_text="problems and notices of the plan")
    problem = models.TextField(help_text="why it was taken back")
    requested_by = models.TextField(db_column="requestedBy", help_text="who asked for it")
    reason = models.TextField(help_text="the reason that staff gave")
    seen = models.TextField(
        null=True, help_text="identifies the plan that was read, if it was made some time before"
    )
    stopped_by = models.TextField(
        null=True, db_column="stoppedBy", help_text="who stopped it, if someone did"
    )
    stop_reason = models.TextField(
        null=True, db_column="stopReason", help_text="the reason for stopping it"
    )
    tag_ids: Any = PassThroughField(
        null=True,
        db_column="tagIds",
        shape=dict,
        help_text="tag of the source -> the target's tag that stands for it",
    )
    unmarked: Any = PassThroughField(
        null=True, shape=[str], help_text="records that came back with an MRN that is taken by now"
    )
    stayed: Any = PassThroughField(
        null=True, shape=[str], help_text="records that could not come back, and stay in the target"
    )
    announced = models.IntegerField(null=True, help_text="number of the last item with its mails")
    created_time = models.DateTimeField(db_column="createdTime", help_text="time of the request")
    updated_time = models.DateTimeField(db_column="updatedTime", help_text="time of the last step")
    ended_time = models.DateTimeField(
        null=True, db_column="endedTime", help_text="time of the end, whichever it was"
    )

    class Meta(StoredDocument.Meta):
        db_table = "clinicMerges"

    def __str__(self) -> str:
        return str(self.pk)


class MergeItem(StoredDocument):
    """Something that a merge has to do. Removed when the merge has ended."""

    life = lives.as_long_as("the merge runs")

    merge_id = ObjectIdField(db_column="mergeId", help_text="the merge")
    number = models.IntegerField(help_text="place in the order")
    kind = models.TextField(help_text="clinic, tag, site, patient or clinician")
    action = models.TextField(help_text="what the plan says of it")
    record_id = ObjectIdField(db_column="recordId", help_text="the tag, site or record")
    is_done = models.BooleanField(db_column="isDone", help_text="whether it is done")
    before: Any = PassThroughField(
        null=True, shape=dict, help_text="what is needed to take it back"
    )
    conflicts: Any = PassThroughField(
        null=True, shape=dict, help_text="category -> patients of the target who resemble this one"
    )
    name = models.TextField(null=True, help_text="name of a tag or site")
    resulting_name = models.TextField(
        null=True, db_column="resultingName", help_text="name of the site after the merge"
    )
    workspace = models.TextField(null=True, help_text="name of the site's clinic")
    workspaces: Any = ArrayField(
        models.TextField(), null=True, help_text="names of the clinics of the tag or member"
    )
    is_in_both = models.BooleanField(
        null=True, db_column="isInBoth", help_text="whether both clinics have the tag"
    )
    resulting_roles: Any = ArrayField(
        models.TextField(), null=True, db_column="resultingRoles", help_text="the member's roles"
    )
    is_downgraded = models.BooleanField(
        null=True, db_column="isDowngraded", help_text="whether an admin becomes a member"
    )
    clinics: Any = PassThroughField(
        null=True, shape={"source": dict, "target": dict}, help_text="both clinics before the merge"
    )

    class Meta(StoredDocument.Meta):
        db_table = "clinicMergeItems"

    def __str__(self) -> str:
        return str(self.pk)


class _PlanDocument(StoredDocument):
    plan_id = ObjectIdField(db_column="planId", help_text="the merge; the same for all of it")
    type = models.TextField(help_text="tag, site, patient, clinician or clinic")
    plan: Any = PassThroughField(shape=_PLAN, help_text="what was done, in words of its type")

    class Meta(StoredDocument.Meta):
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class MergePlanDocument(_PlanDocument):
    """What a merge did to one tag, site, patient, member, or to the clinics. Other services watch this collection."""

    is_shared = True
    life = lives.forever("other services watch it and read what a merge did")

    class Meta(_PlanDocument.Meta):
        db_table = "merge_plans"


class WaitingPlanDocument(_PlanDocument):
    """What is shown in `merge_plans` once the merge is complete."""

    life = lives.as_long_as("the merge runs")

    class Meta(_PlanDocument.Meta):
        db_table = "clinicMergeDocuments"
