"""What happens to each patient's record (rules MERGE-26 to MERGE-29)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from bson import ObjectId

from kernel import texts
from merges.choices import RecordAction
from merges.plan.duplicates import Records
from merges.plan.model import Clinic, Patient, PatientPlan
from merges.plan.sites import resulting_names
from merges.plan.tags import Becomes

NO_MRN = "Target workspace requires MRNs"
NO_ACCOUNT = "Both workspaces have a record without an account, and a workspace can have one"
_NOT_UNIQUE = "MRN uniqueness error(s) for duplicate accounts. View error(s) on the '{}' tab"
MRN_IN_TARGET = _NOT_UNIQUE.format("Duplicates in Merged Workspace")
MRN_IN_SOURCE = _NOT_UNIQUE.format("Duplicates in Source Clinic")


def plan_patients(source: Clinic, target: Clinic, becomes: Becomes) -> tuple[PatientPlan, ...]:
    """Those of the source, then those of the target."""
    planner = _Planner(source, target, becomes)
    in_source = {patient.user_id: patient for patient in source.patients if patient.user_id}
    return (
        *(planner.of_source(patient) for patient in source.patients),
        *(planner.of_target(patient, in_source) for patient in target.patients),
    )


class _Planner:
    def __init__(self, source: Clinic, target: Clinic, becomes: Becomes) -> None:
        self._target = target
        self._tags = {tag.id: tag.name for tag in source.tags}
        self._resulting_tags = {tag_id: tag.name for tag_id, tag in becomes.items()}
        self._target_tags = {tag.id: tag.name for tag in target.tags}
        self._sites = resulting_names(source, target)
        self._records = Records(target.patients)
        self._in_target = {p.user_id: p for p in target.patients if p.user_id}
        self._has_unknown = not all(patient.user_id for patient in target.patients)
        self._mrns = Mrns(source, target)

    def of_source(self, patient: Patient) -> PatientPlan:
        same = self._in_target.get(patient.user_id)
        counts = self._records.count(patient)
        return PatientPlan(
            action=RecordAction.MERGE if same else RecordAction.MOVE,
            source=patient,
            target=same,
            conflicts=self._records.list_first(patient, counts),
            conflict_counts=counts,
            requires_unique_mrn=not same and self._mrns.must_be_unique(patient),
            error="" if same else self._obstacle(patient),
            **self._names(patient, same),
        )

    def _obstacle(self, patient: Patient) -> str:
        if not patient.user_id and self._has_unknown:
            return NO_ACCOUNT
        return self._mrns.obstacle(patient)

    def of_target(self, patient: Patient, in_source: Mapping[str, Patient]) -> PatientPlan:
        same = in_source.get(patient.user_id)
        return PatientPlan(
            action=RecordAction.MERGE_INTO if same else RecordAction.RETAIN,
            source=same,
            target=patient,
            **self._names(same, patient),
        )

    def _names(self, source: Patient | None, target: Patient | None) -> dict[str, Any]:
        source_tags, source_sites = (source.tags, source.sites) if source else ((), ())
        target_tags, target_sites = (target.tags, target.sites) if target else ((), ())
        merged_sites = [self._sites.get(site.id, site.name) for site in source_sites]
        resulting = _names_of(self._resulting_tags, source_tags)
        names = {
            "source_tag_names": _names_of(self._tags, source_tags),
            "target_tag_names": _names_of(self._target_tags, target_tags),
            "source_site_names": [site.name for site in source_sites],
            "merged_site_names": merged_sites,
            "target_site_names": [site.name for site in target_sites],
        }
        names["resulting_tag_names"] = [*resulting, *names["target_tag_names"]]
        names["resulting_site_names"] = [*merged_sites, *names["target_site_names"]]
        return {name: tuple(sorted(set(values))) for name, values in names.items()}


def _names_of(names: Mapping[ObjectId, str], tag_ids: Iterable[ObjectId]) -> list[str]:
    """A patient can have ids of tags that are gone."""
    return [names[tag_id] for tag_id in tag_ids if tag_id in names]


class Mrns:
    """The target's rules about MRNs, for those who move there."""

    def __init__(self, source: Clinic, target: Clinic) -> None:
        self._is_required = target.requires_mrn
        self._must_be_unique = target.requires_unique_mrn
        self._in_source = Counter(map(mrn_key, source.patients))
        self._in_target = set(map(mrn_key, target.patients))

    def must_be_unique(self, patient: Patient) -> bool:
        return self._must_be_unique and bool(mrn_key(patient))

    def obstacle(self, patient: Patient) -> str:
        key = mrn_key(patient)
        if not key:
            return NO_MRN if self._is_required else ""
        if not self._must_be_unique:
            return ""
        if self._in_source[key] > 1:
            return MRN_IN_SOURCE
        return MRN_IN_TARGET if key in self._in_target else ""


def mrn_key(patient: Patient) -> str:
    """Case, accents and blanks at the ends aside. `mrn_key` says what the database takes for the same; it knows more
    about signs and other scripts."""
    return patient.mrn_key or texts.fold(patient.mrn.strip())
