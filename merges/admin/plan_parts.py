"""What the page of a plan lists: settings, members, tags, sites, and the first patients of each kind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from clinic_records.choices import EhrProvider, Tier
from kernel.staff import pages
from kernel.templatetags.staff import pluralized
from merges.choices import Category, RecordAction, SiteAction, TagAction
from merges.plan.clinicians import is_admin
from merges.plan.model import Clinic, ClinicianPlan, Kept, MergePlan, Patient, PatientPlan
from merges.services import in_words
from patients.services import staff_reads

MOST_SHOWN = 25
_ALIKE = {
    Category.LIKELY: "likely the same person",
    Category.MRN_ONLY: "same MRN",
    Category.NAME_ONLY: "same name",
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The first rows of a list, and how many it has."""

    rows: Sequence[Row]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True)
class View:
    """What a plan says, in rows, for a reader who sees all of it (`plan_content` leaves out what others do not see)."""

    plan: MergePlan

    @cached_property
    def names(self) -> tuple[str, str]:
        """The source's, then the target's."""
        return in_words.names_in_plan(self.plan)

    def name_of(self, clinic: Clinic) -> str:
        return self.names[clinic.id == self.plan.target.id]

    # --- settings, tags and sites
    @property
    def settings(self) -> list[Row]:
        return [
            {
                "name": setting.name.removesuffix("*"),
                "source": setting.source_value,
                "target": setting.target_value,
                "is_equal": setting.is_equal,
                "blocks": setting.blocks,
            }
            for setting in self.plan.settings
        ]

    @property
    def kept_settings(self) -> list[Row]:
        """Those that the merge does not move; they may differ."""
        source, target = self.plan.source.kept, self.plan.target.kept
        rows = (
            ("EHR connection", _ehr(source), _ehr(target)),
            ("Tier", _tier(source), _tier(target)),
            ("Patient limit", _limit(source), _limit(target)),
        )
        return [
            {
                "name": name,
                "source": of_source,
                "target": of_target,
                "is_equal": of_source == of_target,
                "blocks": False,
            }
            for name, of_source, of_target in rows
        ]

    @property
    def ehr_notes(self) -> list[str]:
        """What becomes of the source's connection to a health record, and of its subscriptions."""
        source, target = self.plan.source.kept, self.plan.target.kept
        if not source.is_ehr_on:
            return []
        subscribed = staff_reads.count_subscribed(self.plan.source.id)
        return list(self._of_ehr(source, target, subscribed))

    def _of_ehr(self, source: Kept, target: Kept, subscribed: int) -> Iterator[str]:
        of_source, of_target = self.names
        is_same = (source.ehr_provider, source.ehr_source) == (
            target.ehr_provider,
            target.ehr_source,
        )
        if target.is_ehr_on and is_same:
            yield f"Orders of the source's health record find {of_target}, which has the same connection."
        else:
            yield (
                f"The EHR connection of {of_source}, {_ehr(source)}, ends: its orders and requests find no clinic "
                "any more."
            )
        if subscribed:
            yield (
                f"{pluralized(subscribed, 'patient')} of {of_source} with a subscription of reports: who moves keeps "
                f"it, and is served by the connection of {of_target} alone ({_ehr(target)}); who is in both clinics "
                f"has the subscription of {of_target}, if any."
            )

    @property
    def tags(self) -> Table:
        changed = [tag for tag in self.plan.tags if tag.action != TagAction.RETAIN]
        return _table({"name": tag.name, "action": tag.action.label} for tag in changed)

    @property
    def sites(self) -> Table:
        changed = [site for site in self.plan.sites if site.action != SiteAction.RETAIN]
        return _table(
            {
                "name": site.site.name,
                "action": "Renamed" if site.action == SiteAction.RENAME else "Moved",
                "result": site.resulting_name,
            }
            for site in changed
        )

    # --- members
    @property
    def admins(self) -> Table:
        return _table(map(self._member, self._resulting(is_admins=True)))

    @property
    def members(self) -> Table:
        return _table(map(self._member, self._resulting(is_admins=False)))

    def _resulting(self, *, is_admins: bool) -> list[ClinicianPlan]:
        return [
            entry
            for entry in self.plan.clinicians
            if entry.action != RecordAction.MERGE_INTO
            and entry.clinician.user_id
            and is_admin(entry.resulting_roles) == is_admins
        ]

    def _member(self, entry: ClinicianPlan) -> Row:
        return {
            "name": entry.clinician.name or "(member without a name)",
            "id": entry.clinician.user_id,
            "workspaces": ", ".join(self._clinics_of(entry)),
            "is_downgraded": entry.is_downgraded,
        }

    def _clinics_of(self, entry: ClinicianPlan) -> list[str]:
        if entry.counterpart is not None:
            return sorted(self.names)
        return [self.names[not entry.is_from_source]]

    # --- patients
    @cached_property
    def combined(self) -> Table:
        """In both clinics: one record afterwards."""
        return self._patients(plan for plan in self._of_source if plan.target)

    @cached_property
    def conflicts(self) -> Table:
        """Patients of the source who resemble others in the target, and stay apart from them."""
        return self._patients(plan for plan in self._of_source if _resembles(plan))

    @cached_property
    def moved(self) -> Table:
        return self._patients(plan for plan in self._of_source if not plan.target)

    @property
    def _of_source(self) -> Iterator[PatientPlan]:
        return (plan for plan in self.plan.patients if plan.source)

    def _patients(self, plans: Iterable[PatientPlan]) -> Table:
        chosen = list(plans)
        return Table([self._patient(plan) for plan in chosen[:MOST_SHOWN]], len(chosen))

    def _patient(self, plan: PatientPlan) -> Row:
        assert plan.source is not None  # noqa: S101 (for the type checker)
        return {
            **self.person(plan.source, self.plan.source),
            "tags": plan.resulting_tag_names,
            "sites": plan.resulting_site_names,
            "error": plan.error,
            "conflicts": list(self._conflicts(plan)),
        }

    def _conflicts(self, plan: PatientPlan) -> Iterator[Row]:
        for category, others in plan.conflicts.items():
            if category in _ALIKE:
                shown = [self.person(other, self.plan.target) for other in islice(others, 3)]
                more = plan.conflict_counts.get(category, len(others)) - len(shown)
                yield {"text": _ALIKE[category], "others": shown, "more": more}

    def person(self, patient: Patient, clinic: Clinic) -> Row:
        return {
            "id": patient.user_id,
            "name": patient.full_name or "(patient without a name)",
            "birth_date": patient.birth_date,
            "mrn": patient.mrn,
            "url": pages.address_of("admin:clinic_patient", clinic.id, patient.user_id),
        }


def _ehr(kept: Kept) -> str:
    if not kept.ehr_provider:
        return "none"
    provider = dict(EhrProvider.choices).get(kept.ehr_provider, kept.ehr_provider)
    return f"{provider} {kept.ehr_source}, {'on' if kept.is_ehr_on else 'off'}"


def _tier(kept: Kept) -> str:
    return Tier.label_of(kept.tier, unknown=kept.tier)


def _limit(kept: Kept) -> str:
    return "unlimited" if kept.patient_limit is None else str(kept.patient_limit)


def _table(rows: Iterable[Row]) -> Table:
    every = list(rows)
    return Table(every[:MOST_SHOWN], len(every))


def _resembles(plan: PatientPlan) -> bool:
    return bool(plan.error) or any(kind in _ALIKE for kind in plan.conflicts)
