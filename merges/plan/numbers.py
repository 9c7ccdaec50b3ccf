"""The plan in numbers (rule MERGE-30)."""

from collections import Counter
from collections.abc import Sequence

from merges.choices import Category, RecordAction, SiteAction, TagAction
from merges.plan.model import ClinicianPlan, Numbers, PatientPlan, SitePlan, TagPlan


def count(
    tags: Sequence[TagPlan],
    sites: Sequence[SitePlan],
    clinicians: Sequence[ClinicianPlan],
    patients: Sequence[PatientPlan],
) -> Numbers:
    of_tags = Counter(plan.action for plan in tags)
    of_patients = Counter(plan.action for plan in patients)
    pairs = _pairs(patients)
    return Numbers(
        resulting_members_and_admins=sum(
            plan.action != RecordAction.MERGE_INTO for plan in clinicians
        ),
        downgraded=sum(plan.is_downgraded for plan in clinicians),
        resulting_tags=of_tags[TagAction.CREATE] + of_tags[TagAction.RETAIN],
        merged_tags=of_tags[TagAction.SKIP],
        resulting_sites=len(sites),
        renamed_sites=sum(plan.action == SiteAction.RENAME for plan in sites),
        resulting_patients=len(patients) - of_patients[RecordAction.MERGE_INTO],
        moved_patients=of_patients[RecordAction.MOVE],
        merged_patients=of_patients[RecordAction.MERGE],
        duplicate_accounts=pairs[Category.SAME_ACCOUNT],
        likely_duplicates=pairs[Category.LIKELY],
        mrn_only_matches=pairs[Category.MRN_ONLY],
        name_only_matches=pairs[Category.NAME_ONLY],
        pending_invites=sum(not plan.clinician.user_id for plan in clinicians),
    )


def _pairs(patients: Sequence[PatientPlan]) -> Counter[Category]:
    """A patient of the source and one of the target who resemble one another."""
    pairs: Counter[Category] = Counter()
    for plan in patients:
        pairs.update(plan.conflict_counts)
    return pairs
