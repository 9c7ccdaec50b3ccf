"""What a merge of two clinics will do, and what prevents it."""

from datetime import datetime

from merges.plan import numbers
from merges.plan.clinicians import plan_clinicians
from merges.plan.duplicates import find_clusters
from merges.plan.model import Clinic, MergePlan
from merges.plan.order import in_order
from merges.plan.patients import plan_patients
from merges.plan.problems import Parts, find_problems
from merges.plan.settings import plan_settings
from merges.plan.sites import plan_sites
from merges.plan.tags import plan_tags, resulting_tags


def make_plan(source: Clinic, target: Clinic, *, now: datetime) -> MergePlan:
    source, target = in_order(source), in_order(target)
    becomes = resulting_tags(source, target)
    parts = Parts(
        source=source,
        target=target,
        becomes=becomes,
        settings=plan_settings(source, target),
        tags=plan_tags(source, target, becomes),
        sites=plan_sites(source, target),
        clinicians=plan_clinicians(source, target),
        patients=plan_patients(source, target, becomes),
    )
    return MergePlan(
        source=source,
        target=target,
        created_time=now,
        settings=parts.settings,
        tags=parts.tags,
        sites=parts.sites,
        clinicians=parts.clinicians,
        patients=parts.patients,
        source_clusters=find_clusters(source.patients),
        target_clusters=find_clusters(target.patients),
        problems=find_problems(parts),
        numbers=numbers.count(parts.tags, parts.sites, parts.clinicians, parts.patients),
    )
