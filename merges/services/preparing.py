"""Before anything is changed: the plan is checked, both clinics are held, and the plan is written down.

The first plan refuses what cannot be merged without holding anyone up. The second is made when nothing is added to
the source any more, and its items are what is carried out.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Any

from bson import ObjectId

from clinic_records.services import access, closures
from kernel import db, ids, texts
from kernel.db import Document
from merges.choices import MergeState, RecordAction, TagAction
from merges.plan.model import ClinicianPlan, MergePlan, PatientPlan, SitePlan, TagPlan
from merges.services import planning, stages
from merges.services.steps import advance, end
from merges.store import items as item_store

# Besides the time that a process may take to hear of it, some for the requests that are on their way.
MARGIN = 1.0
_WRITTEN_AT_ONCE = 1000  # items
CHANGED = "the plan has changed since it was read; make it again"
MOST_CONFLICTS = 10  # whole records that a document of `merge_plans` holds in one category


def check(merge: Document) -> None:
    plan = _read_plan(merge)
    if merge.get("seen") and merge["seen"] != planning.fingerprint(plan):
        _refuse(merge, plan, problem=CHANGED)
    elif plan.can_execute:
        advance(merge, stage=stages.CLOSING, **_shown(plan))
    else:
        _refuse(merge, plan)


def _read_plan(merge: Document) -> MergePlan:
    return planning.read_plan(source_id=str(merge["sourceId"]), target_id=str(merge["targetId"]))


def _shown(plan: MergePlan) -> dict[str, Any]:
    """What the merge's document says of its plan."""
    return {
        "numbers": planning.numbers_of(plan),
        "problems": [
            {
                "code": problem.code,
                "severity": problem.severity.value,
                "message": problem.message,
                "advice": problem.advice,
                "subjects": list(problem.subjects),
            }
            for problem in plan.problems
        ],
    }


def _refuse(merge: Document, plan: MergePlan, **fields: Any) -> None:
    def refuse() -> None:
        closures.reopen(merge["_id"])
        end(merge, MergeState.REFUSED, **_shown(plan), **fields)

    db.run_in_transaction(refuse)


def close(merge: Document) -> None:
    """Raises Conflict if one of the clinics is in another merge."""

    def hold() -> None:
        closures.close(merge["_id"], source_id=merge["sourceId"], target_id=merge["targetId"])
        advance(merge, stage=stages.PLANNING)

    db.run_in_transaction(hold)


def plan(merge: Document) -> None:
    time.sleep(closures.CACHE_SECONDS + MARGIN)
    plan = _read_plan(merge)
    if not plan.can_execute:
        _refuse(merge, plan)
        return
    made = make_tag_ids(plan.tags)
    items = list(_items(merge, plan, made))
    advance(
        _write_down(merge, items),
        stage=stages.TAGS_AND_SITES,
        total=len(items) - 1,  # the first is no work
        tagIds={
            str(tag.source_id): made[texts.key_without_blanks(tag.name)]
            for tag in plan.tags
            if tag.source_id
        },
        **_shown(plan),
    )


def _write_down(merge: Document, items: Sequence[Document]) -> Document:
    """In place of the items of an earlier try. Each batch is a step of its own, so that a worker that was asleep does
    not replace what another has planned meanwhile. Raises Superseded."""

    def begin() -> Document:
        item_store.remove_all(merge["_id"])
        return advance(merge)

    def go_on(before: Document, some: Sequence[Document]) -> Document:
        item_store.insert(some)
        return advance(before)

    reached = db.run_in_transaction(begin)
    for some in db.batches(items, _WRITTEN_AT_ONCE):
        reached = db.run_in_transaction(partial(go_on, reached, some))
    return reached


def make_tag_ids(planned: Iterable[TagPlan]) -> dict[str, ObjectId]:
    """Comparable name -> the id that the tag has in the target, or will have."""
    made = {texts.key_without_blanks(tag.name): tag.target_id for tag in planned if tag.target_id}
    for tag in planned:
        if tag.action is TagAction.CREATE:
            made.setdefault(texts.key_without_blanks(tag.name), ids.new_id())
    return made


def _items(merge: Document, plan: MergePlan, made: dict[str, ObjectId]) -> Iterator[Document]:
    numbers = count()
    both = {"source": merge["sourceId"], "target": merge["targetId"]}
    clinics = {side: access.access_clinic(clinic_id) for side, clinic_id in both.items()}
    parts = [
        [{"kind": "clinic", "action": "", "recordId": merge["targetId"], "clinics": clinics}],
        (_tag_item(tag, made) for tag in plan.tags),
        (_site_item(site) for site in plan.sites),
        (_patient_item(patient) for patient in plan.patients),
        (_clinician_item(clinician) for clinician in plan.clinicians),
    ]
    for part in parts:
        for item in part:
            yield {
                "_id": ids.new_id(),
                "mergeId": merge["_id"],
                "number": next(numbers),
                "isDone": False,
                **item,
            }


def _tag_item(tag: TagPlan, made: dict[str, ObjectId]) -> Document:
    return {
        "kind": "tag",
        "action": tag.action.value,
        "recordId": made[texts.key_without_blanks(tag.name)],
        "name": tag.name,
        "workspaces": list(tag.workspaces),
        "isInBoth": tag.is_in_both,
    }


def _site_item(site: SitePlan) -> Document:
    return {
        "kind": "site",
        "action": site.action.value,
        "recordId": site.site.id,
        "name": site.site.name,
        "resultingName": site.resulting_name,
        "workspace": site.workspace,
    }


def _patient_item(patient: PatientPlan) -> Document:
    is_of_target = patient.action in (RecordAction.RETAIN, RecordAction.MERGE_INTO)
    record = patient.target if is_of_target else patient.source
    assert record is not None  # noqa: S101 (for the type checker)
    item: Document = {"kind": "patient", "action": patient.action.value, "recordId": record.id}
    if patient.conflicts:
        item["conflicts"] = {
            category.value: [other.id for other in others[:MOST_CONFLICTS]]
            for category, others in patient.conflicts.items()
        }
    return item


def _clinician_item(clinician: ClinicianPlan) -> Document:
    return {
        "kind": "clinician",
        "action": clinician.action.value,
        "recordId": clinician.clinician.id,
        "resultingRoles": list(clinician.resulting_roles),
        "workspaces": list(clinician.workspaces),
        "isDowngraded": clinician.is_downgraded,
    }
