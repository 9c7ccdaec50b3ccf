"""How pages of merges say what documents of merges have as codes."""

from kernel.db import Document
from merges.choices import MergeState

KINDS = {
    MergeState.RUNNING.value: "wait",
    MergeState.TAKING_BACK.value: "wait",
    MergeState.COMPLETED.value: "good",
    MergeState.REFUSED.value: "bad",
    MergeState.TAKEN_BACK.value: "warn",
}


def state_of(merge: Document) -> dict[str, str]:
    state = merge["state"]
    return {"text": str(dict(MergeState.choices).get(state, state)), "kind": KINDS.get(state, "")}
