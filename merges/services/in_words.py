"""What documents of merges have as codes, in words for staff and for operators."""

from collections.abc import Sequence
from typing import Any

from kernel import texts
from kernel.db import Document
from merges.choices import MergeState
from merges.plan.model import MergePlan
from merges.services import stages

STAGES = {
    stages.CHECKING: "The plan is checked",
    stages.CLOSING: "Both clinics are held, so that nothing changes under the merge",
    stages.PLANNING: "The plan is made",
    stages.TAGS_AND_SITES: "Tags and sites are moved",
    stages.PATIENTS: "Patients are moved",
    stages.CLINICIANS: "Members are moved",
    stages.FINISHING: "The source is archived and deleted",
    stages.PUBLISHING: "Other services are shown what was done",
    stages.ANNOUNCING: "Mails are asked for",
    stages.CLEARING: "Notes of the merge are removed",
}
# In the order in which pages show them; True: part of the one before.
NUMBERS = (
    ("resultingPatients", "Patients afterwards", False),
    ("movedPatients", "move from the source", True),
    ("mergedPatients", "are in both clinics and become one record", True),
    ("likelyDuplicates", "Pairs that are likely the same person (kept apart)", False),
    ("mrnOnlyMatches", "Pairs with the same MRN only", False),
    ("nameOnlyMatches", "Pairs with the same name only", False),
    ("resultingMembersAndAdmins", "Members, admins and invites afterwards", False),
    ("downgraded", "were admins of the source, and are not of the target", True),
    ("pendingInvites", "are pending invites", True),
    ("resultingTags", "Tags afterwards", False),
    ("mergedTags", "Tags of the source that become one with a tag of the target", False),
    ("resultingSites", "Sites afterwards", False),
    ("renamedSites", "Sites of the source that are renamed", False),
)


def number_rows(numbers: Document) -> list[dict[str, Any]]:
    return [
        {"text": text, "number": numbers[name], "is_part": is_part}
        for name, text, is_part in NUMBERS
        if name in numbers
    ]


def stage_of(merge: Document) -> str:
    if merge["state"] == MergeState.TAKING_BACK:
        return "What was done is taken back, newest step first"
    return STAGES.get(merge["stage"], "")


# --- names of the two clinics ---------------------------------------------------------------------
def names_in_plan(plan: MergePlan) -> tuple[str, str]:
    sides = (plan.source, plan.target)
    names = [side.name or "(clinic without a name)" for side in sides]
    return _told_apart(names, [side.share_code for side in sides])


def names_in_merge(merge: Document) -> tuple[str, str]:
    sides = ("source", "target")
    names = [merge[f"{side}Name"] or str(merge[f"{side}Id"]) for side in sides]
    return _told_apart(names, [merge.get(f"{side}ShareCode") or "" for side in sides])


def _told_apart(names: Sequence[str], codes: Sequence[str]) -> tuple[str, str]:
    """Source and target, with their share codes if they have the same name."""
    source, target = names
    if not texts.is_same(source, target):
        return source, target
    return f"{source} ({codes[0] or 'source'})", f"{target} ({codes[1] or 'target'})"
