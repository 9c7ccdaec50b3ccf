"""A plan as JSON, for callers that ask for exactly that (rule MERGE-31).

The keys are those of the replaced service, whose answer was its own objects. It comes in pieces, since the plan of two
large clinics is a hundred megabytes of text.
"""

from collections.abc import Iterable, Iterator, Mapping

from kernel.api.rendering import encode
from kernel.db import Document
from merges.choices import Category
from merges.plan.model import (
    Clinic,
    Clinician,
    ClinicianPlan,
    Cluster,
    MergePlan,
    Numbers,
    Patient,
    PatientPlan,
    Problem,
    SettingPlan,
    Site,
    SitePlan,
    TagPlan,
)
from merges.plan.settings import SINGLE_SIGN_ON

Items = Iterable[Document]


def pieces(plan: MergePlan) -> Iterator[bytes]:
    yield encode(_head(plan))[:-1]
    for name, items in _lists(plan).items():
        yield b',"%s":[' % name.encode()
        for number, item in enumerate(items):
            yield b"," * bool(number) + encode(item)
        yield b"]"
    yield b"}"


def _head(plan: MergePlan) -> Document:
    single_sign_on = next(entry for entry in plan.settings if entry.name == SINGLE_SIGN_ON)
    return {
        "Source": _clinic(plan.source),
        "Target": _clinic(plan.target),
        "CreatedTime": plan.created_time,
        "CanExecute": plan.can_execute,
        "Numbers": _numbers(plan.numbers),
        "MembershipRestrictionsMergePlan": _setting(single_sign_on),
    }


def _lists(plan: MergePlan) -> dict[str, Items]:
    settings = (entry for entry in plan.settings if entry.name != SINGLE_SIGN_ON)
    return {
        "Problems": map(_problem, plan.problems),
        "SettingsPlans": map(_setting, settings),
        "TagsPlans": (_tag_plan(plan, entry) for entry in plan.tags),
        "SitesPlans": (_site_plan(plan, entry) for entry in plan.sites),
        "ClinicianPlans": (_clinician_plan(plan, entry) for entry in plan.clinicians),
        "PatientPlans": (_patient_plan(plan, entry) for entry in plan.patients),
        "SourcePatientClusters": map(_cluster, plan.source_clusters),
        "TargetPatientClusters": map(_cluster, plan.target_clusters),
    }


# --- clinics --------------------------------------------------------------------------------------
def _clinic(clinic: Clinic) -> Document:
    return {
        "Id": clinic.id,
        "Name": clinic.name,
        "PreferredBgUnits": clinic.glucose_units,
        "Timezone": clinic.timezone,
        "MRNSettings": {"Required": clinic.requires_mrn, "Unique": clinic.requires_unique_mrn},
        "MembershipRestrictions": [
            {"EmailDomain": entry.email_domain, "RequiredIdp": entry.required_idp}
            for entry in clinic.restrictions
        ],
        "PatientTags": [{"Id": tag.id, "Name": tag.name} for tag in clinic.tags],
        "Sites": list(map(_site, clinic.sites)),
    }


def _site(site: Site) -> Document:
    return {"Id": site.id, "Name": site.name}


def _numbers(numbers: Numbers) -> Document:
    """`merged_tags` -> `MergedTags`."""
    names = Numbers.__dataclass_fields__
    return {name.title().replace("_", ""): getattr(numbers, name) for name in names}


def _problem(problem: Problem) -> Document:
    return {
        "Code": problem.code,
        "Severity": problem.severity.value,
        "Message": problem.message,
        "Advice": problem.advice,
        "ClinicId": problem.clinic_id,
        "Subjects": problem.subjects,
    }


def _setting(entry: SettingPlan) -> Document:
    return {
        "Name": entry.name,
        "SourceValue": entry.source_value,
        "TargetValue": entry.target_value,
        "ValuesMatch": entry.is_equal,
        "CanExecuteAction": not entry.blocks,
    }


def _ids(plan: MergePlan) -> Document:
    return {"SourceClinicId": plan.source.id, "TargetClinicId": plan.target.id}


def _names(plan: MergePlan) -> Document:
    return {"SourceClinicName": plan.source.name, "TargetClinicName": plan.target.name}


def _error(message: str) -> Document | None:
    return {"Message": message} if message else None


# --- tags, sites, members -------------------------------------------------------------------------
def _tag_plan(plan: MergePlan, entry: TagPlan) -> Document:
    return {
        "Name": entry.name,
        "TagAction": entry.action,
        "Workspaces": entry.workspaces,
        "Merge": entry.is_in_both,
        **_ids(plan),
    }


def _site_plan(plan: MergePlan, entry: SitePlan) -> Document:
    return {
        "Site": _site(entry.site),
        "SiteAction": entry.action,
        "Workspace": entry.workspace,
        "ExpectedRename": entry.resulting_name if entry.resulting_name != entry.site.name else "",
        **_ids(plan),
    }


def _clinician_plan(plan: MergePlan, entry: ClinicianPlan) -> Document:
    return {
        "Clinician": _clinician(entry.clinician),
        "ClinicianAction": entry.action,
        "Downgraded": entry.is_downgraded,
        "ResultingRoles": entry.resulting_roles,
        "Workspaces": entry.workspaces,
        **_names(plan),
        "Error": _error(entry.error),
    }


def _clinician(person: Clinician) -> Document:
    return {
        "Id": person.id,
        "UserId": person.user_id or None,
        "InviteId": person.invite_id or None,
        "Name": person.name,
        "Email": person.email,
        "Roles": person.roles,
    }


# --- patients -------------------------------------------------------------------------------------
def _patient_plan(plan: MergePlan, entry: PatientPlan) -> Document:
    return {
        **_ids(plan),
        **_names(plan),
        "SourcePatient": _patient(entry.source) if entry.source else None,
        "TargetPatient": _patient(entry.target) if entry.target else None,
        "Conflicts": _conflicts(entry.conflicts),
        "PatientAction": entry.action,
        "SourceTagNames": entry.source_tag_names,
        "TargetTagNames": entry.target_tag_names,
        "SourceSiteNames": entry.source_site_names,
        "MergedSiteNames": entry.merged_site_names,
        "TargetSiteNames": entry.target_site_names,
        "PostMigrationTagNames": entry.resulting_tag_names,
        "PostMigrationSiteNames": entry.resulting_site_names,
        "PostMigrationMRNUniqueness": entry.requires_unique_mrn,
        "CanExecuteAction": not entry.error,
        "Error": _error(entry.error),
    }


def _conflicts(conflicts: Mapping[Category, Iterable[Patient]]) -> Document:
    return {
        kind.value: [{"Category": kind, "Patient": _patient(other)} for other in others]
        for kind, others in conflicts.items()
    }


def _patient(patient: Patient) -> Document:
    return {
        "Id": patient.id,
        "UserId": patient.user_id,
        "FullName": patient.full_name,
        "BirthDate": patient.birth_date,
        "Mrn": patient.mrn,
        "IsCustodial": patient.is_custodial,
        "Tags": patient.tags,
        "Sites": list(map(_site, patient.sites)),
        "LastUploadTime": patient.last_upload,
    }


def _cluster(cluster: Cluster) -> Document:
    return {
        "Patients": [
            {
                "Patient": _patient(member.patient),
                "Conflicts": {kind.value: ids for kind, ids in member.matches.items()},
            }
            for member in cluster
        ]
    }
