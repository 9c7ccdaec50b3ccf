"""How pages of merges say what documents of merges have as codes."""

from typing import Any

from kernel.db import Document
from merges.choices import MergeState
from merges.services.in_words import NUMBERS, STAGES

KINDS = {
    MergeState.RUNNING.value: "wait",
    MergeState.TAKING_BACK.value: "wait",
    MergeState.COMPLETED.value: "good",
    MergeState.REFUSED.value: "bad",
    MergeState.TAKEN_BACK.value: "warn",
}


def number_rows(numbers: Document) -> list[dict[str, Any]]:
    return [
        {"text": text, "number": numbers[name], "is_part": is_part}
        for name, text, is_part in NUMBERS
        if name in numbers
    ]


def state_of(merge: Document) -> dict[str, str]:
    state = merge["state"]
    return {"text": str(dict(MergeState.choices).get(state, state)), "kind": KINDS.get(state, "")}


def stage_of(merge: Document) -> str:
    if merge["state"] == MergeState.TAKING_BACK:
        return "What was done is taken back, newest step first"
    return STAGES.get(merge["stage"], "")
