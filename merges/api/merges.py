"""MergeClinic (rules MERGE-80 to MERGE-87)."""

import time

from rest_framework.request import Request
from rest_framework.response import Response

from kernel import waiting
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet, empty
from kernel.db import Document
from kernel.errors import BadRequest, Conflict
from merges.api.schemas.merges import MERGE_REQUEST, MERGE_SOURCE
from merges.choices import MergeState
from merges.services import merging

NOT_ALLOWED = "the merge plan does not allow execution"
STILL_RUNNING = "the merge is still running: repeat the call to wait for it"
# A minute less than gateways wait.
PATIENCE = 14 * 60.0
POLL_SECONDS = 0.2  # where a thread has to wait


class MergeViewSet(ApiViewSet):
    @operation(
        "MergeClinic",
        tags=("Clinics", "Internal"),
        summary="Merge another clinic into this one",
        description=(
            "Moves patients, members, tags, sites and share codes of the source into the clinic of the path and "
            "deletes the source. Answers when that is complete, which may take minutes. A call for two clinics whose "
            "merge is running joins it. If it answers 400 `the merge plan does not allow execution`, the report of "
            "GenerateMergeReport for the same two clinics says what prevents it, and what can be done about it."
        ),
        body=MERGE_REQUEST,
        described_body=MERGE_SOURCE,
        responses={200: None},
    )
    def merge(self, call: Call) -> Response:
        merge = _merge_of(call)
        if not merging.has_ended(merge):
            merge = _wait(call.request, merge)
        return _answer(merge)


def _merge_of(call: Call) -> Document:
    """In a later run of the same request, the merge that it waits for."""
    note = waiting.note_of(call.request)
    if note:
        return merging.access_merge(note)
    return merging.request_merge(
        source_id=call.body.get("sourceId", ""),
        target_id=call.path["clinicId"],
        requested_by=call.principal.user_id,
    )


def _wait(request: Request, merge: Document) -> Document:
    if not waiting.may_wait(request):
        return _wait_in_thread(merge)
    if waiting.seconds_waited(request) < PATIENCE:
        waiting.later(request, note=str(merge["_id"]))
    return merge


def _wait_in_thread(merge: Document) -> Document:
    deadline = time.monotonic() + PATIENCE
    while not merging.has_ended(merge) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        merge = merging.access_merge(merge["_id"])
    return merge


def _answer(merge: Document) -> Response:
    match merge["state"]:
        case MergeState.COMPLETED:
            return empty(200)
        case MergeState.REFUSED:
            raise BadRequest(NOT_ALLOWED)
        case MergeState.TAKEN_BACK:
            reason = f"the merge was taken back: {merge['problem']}"
            raise Conflict(reason)
    raise Conflict(message=STILL_RUNNING)
