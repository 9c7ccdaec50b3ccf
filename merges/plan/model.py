"""What a plan reads and what it says. Everything here is immutable and knows neither database nor HTTP.

Patients are read as identities alone: of a summary only the time of the last upload. A plan of ten thousand patients on
each side takes some fifty megabytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bson import ObjectId

from merges.choices import Category, RecordAction, SiteAction, TagAction


# --- what is read ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Tag:
    id: ObjectId
    name: str


@dataclass(frozen=True, slots=True)
class Site:
    id: ObjectId
    name: str


@dataclass(frozen=True, slots=True)
class Restriction:
    email_domain: str
    required_idp: str = ""  # empty: any provider


@dataclass(frozen=True, slots=True)
class Clinician:
    """A member, or with an empty `user_id` a pending invite."""

    id: ObjectId
    user_id: str
    name: str
    email: str
    roles: tuple[str, ...]
    invite_id: str = ""  # of an invite


@dataclass(frozen=True, slots=True)
class Patient:
    id: ObjectId
    user_id: str
    full_name: str
    birth_date: str
    mrn: str
    is_custodial: bool
    tags: tuple[ObjectId, ...] = ()
    sites: tuple[Site, ...] = ()
    last_upload: datetime | None = None
    mrn_key: str = (
        ""  # equal in records whose MRNs the database takes for the same; empty: not asked
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """Settings that no merge moves: the target's stay, the source's are gone with it."""

    tier: str = ""
    patient_limit: int | None = None  # in force now; None: unlimited
    ehr_provider: str = ""
    ehr_source: str = ""
    is_ehr_on: bool = False


@dataclass(frozen=True, slots=True)
class Clinic:
    """One side of a merge."""

    id: ObjectId
    name: str
    glucose_units: str  # as stored; empty: unset, which is not the same as mg/dL
    timezone: str
    requires_mrn: bool
    requires_unique_mrn: bool
    restrictions: tuple[Restriction, ...] = ()
    tags: tuple[Tag, ...] = ()
    sites: tuple[Site, ...] = ()
    clinicians: tuple[Clinician, ...] = ()  # members and pending invites
    patients: tuple[Patient, ...] = ()  # without the demo patient
    share_code: str = ""
    kept: Kept = Kept()


# --- what the plan says ---------------------------------------------------------------------------
class Severity(Enum):
    BLOCKS = "blocks"
    NOTICE = "notice"  # the merge goes ahead, but someone should know


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a person should know before the merge, or that prevents it."""

    code: str  # a stable word, such as "settings_mismatch"
    severity: Severity
    message: str  # the text in the report
    advice: str  # what a person can do about it
    clinic_id: ObjectId | None = None  # where to do it
    subjects: tuple[
        str, ...
    ] = ()  # names of settings, tags and sites, ids of members, invites, patients


@dataclass(frozen=True, slots=True)
class SettingPlan:
    name: str
    source_value: str
    target_value: str
    is_equal: bool  # of the two values as they are shown
    blocks: bool


@dataclass(frozen=True, slots=True)
class TagPlan:
    name: str
    action: TagAction
    workspaces: tuple[str, ...]  # names of the clinics that have it, sorted
    is_in_both: bool
    source_id: ObjectId | None = None
    target_id: ObjectId | None = (
        None  # of SKIP and RETAIN; None for a tag that is yet to be created
    )


@dataclass(frozen=True, slots=True)
class SitePlan:
    site: Site  # with its name before the merge
    action: SiteAction
    workspace: str
    resulting_name: str


@dataclass(frozen=True, slots=True)
class ClinicianPlan:
    clinician: Clinician
    action: RecordAction
    resulting_roles: tuple[str, ...]
    workspaces: tuple[str, ...]  # sorted
    is_from_source: bool
    is_downgraded: bool = False
    counterpart: Clinician | None = None  # the other record of a MERGE or MERGE_INTO
    errors: tuple[str, ...] = ()

    @property
    def error(self) -> str:
        """The first, for reports that have one for each record."""
        return self.errors[0] if self.errors else ""


@dataclass(frozen=True, slots=True)
class PatientPlan:
    action: RecordAction
    source: Patient | None  # None for RETAIN
    target: Patient | None  # None for MOVE
    conflicts: Mapping[Category, tuple[Patient, ...]] = field(default_factory=dict)  # in the target
    source_tag_names: tuple[str, ...] = ()
    target_tag_names: tuple[str, ...] = ()
    source_site_names: tuple[str, ...] = ()
    merged_site_names: tuple[str, ...] = ()  # the source's, as they are renamed
    target_site_names: tuple[str, ...] = ()
    resulting_tag_names: tuple[str, ...] = ()
    resulting_site_names: tuple[str, ...] = ()
    requires_unique_mrn: bool = False
    error: str = ""
    # How many records in the target it resembles. `conflicts` lists the first of them (`duplicates.MOST_LISTED`).
    conflict_counts: Mapping[Category, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClusterMember:
    patient: Patient
    matches: Mapping[Category, tuple[str, ...]]  # user ids of the direct matches


Cluster = tuple[ClusterMember, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a plan will do, in numbers; they are in the report, in the audit trail and in the result."""

    resulting_members_and_admins: int
    downgraded: int
    resulting_tags: int
    merged_tags: int
    resulting_sites: int
    renamed_sites: int
    resulting_patients: int
    moved_patients: int
    merged_patients: int
    duplicate_accounts: int
    likely_duplicates: int
    mrn_only_matches: int
    name_only_matches: int
    pending_invites: int


@dataclass(frozen=True, slots=True)
class MergePlan:
    source: Clinic
    target: Clinic
    created_time: datetime
    settings: tuple[SettingPlan, ...]
    tags: tuple[TagPlan, ...]
    sites: tuple[SitePlan, ...]
    clinicians: tuple[ClinicianPlan, ...]
    patients: tuple[PatientPlan, ...]  # those of the source, then those of the target
    source_clusters: tuple[Cluster, ...]
    target_clusters: tuple[Cluster, ...]
    problems: tuple[Problem, ...]
    numbers: Numbers

    @property
    def can_execute(self) -> bool:
        return not any(problem.severity is Severity.BLOCKS for problem in self.problems)
