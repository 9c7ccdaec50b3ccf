"""Work on many patients of a clinic: staff ask for it, a worker looks for the patients and changes nothing, staff read
whom it found and say yes, and a worker carries it out (rules EHR-238 to EHR-246).

Which work there is, the apps of the two ways into the health record declare (`add`).
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.services import closures
from clinics.services import ehr_settings
from ehr.choices import BulkState
from ehr.events import BulkRunDue
from ehr.store import bulk as store
from kernel import accesses, clock, db, ids, outbox, safe_reading
from kernel.db import Document
from kernel.errors import BadRequest, Conflict, NotFound

MOST_PATIENTS = 500  # of one run
MOST_LEFT_OUT = 500  # who are listed; others are counted
IS_VALID = timedelta(days=1)
MOST_LISTED = 25
NOT_FOUND = "there is no such work in this clinic"
OLD = "the dry run is older than a day; make another one"
NOT_WAITING = "it was begun or stopped already"
NOT_RUNNING = "it has ended already"
NOTHING = "there is no patient for whom there is anything to do"
STOPPED = "it was stopped"
# One delivery of the event works this long, then leaves the rest to the next: tasks have a time limit.
SLICE = timedelta(seconds=60)
_UNFINISHED = (BulkState.LOOKING, BulkState.PROPOSED, BulkState.RUNNING)
_AT_WORK = (BulkState.LOOKING, BulkState.RUNNING)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done for a patient; if nothing, why the patient is left out. `is_shown`: others are counted."""

    user_id: str
    words: str
    is_planned: bool = True
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The plans for a part of the clinic's patients. The search goes on after the user id `end`; None: it is over."""

    plans: Sequence[Plan]
    end: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a patient. `stops`: why the rest is not tried."""

    words: str
    is_done: bool
    stops: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What is known when work begins. `asked_by` as `audit.record` takes it; `is_again`: an earlier try for this
    patient may have been cut off."""

    clinic: ClinicDocument
    options: Mapping[str, Any]
    asked_by: Mapping[str, str]
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """`check` raises BadRequest where the work cannot be done. `find` searches after a user id, and `carry_out` works
    for one patient."""

    kind: str
    provider: str
    title: str
    check: Callable[[Task], None]
    find: Callable[[Task, str], Found]
    carry_out: Callable[[Task, str], Outcome]


WORKS: dict[str, Work] = {}


def add(work: Work) -> None:
    WORKS[work.kind] = work


def works_of(clinic: Document) -> list[Work]:
    """What can be done in a clinic with this connection."""
    provider = safe_reading.mapping(clinic.get("ehrSettings")).get("provider")
    return [work for work in WORKS.values() if work.provider == provider]


# --- what staff ask for ---------------------------------------------------------------------------
def look(
    *,
    clinic_id: str | ObjectId,
    kind: str,
    options: Mapping[str, Any],
    limit: int,
    asked_by: Mapping[str, str],
) -> ObjectId:
    """Begin the dry run. Raises NotFound without an active connection, and BadRequest where the work cannot be done."""
    clinic = ehr_settings.access_ehr_clinic(clinic_id)
    WORKS[kind].check(Task(clinic, options, asked_by))
    run = _new_run(clinic["_id"], kind, options, min(limit, MOST_PATIENTS), asked_by)

    def write() -> None:
        store.insert(run)
        _emit(run)

    db.run_in_transaction(write)
    outbox.nudge()
    run_id: ObjectId = run["_id"]
    return run_id


def access_run(clinic_id: str | ObjectId, run_id: str) -> Document:
    """Raises NotFound."""
    parsed_id = ids.parse_id(run_id)
    run = store.find(parsed_id) if parsed_id else None
    if run is None or run["clinicId"] != ids.parse_id(clinic_id):
        raise NotFound(message=NOT_FOUND)
    return run


def list_runs(clinic_id: ObjectId) -> list[Document]:
    """The newest of a clinic, without their patients."""
    return store.list_newest(clinic_id, limit=MOST_LISTED)


def list_unfinished(clinic_id: ObjectId) -> list[Document]:
    """Those of the newest that are at work, or wait for a yes that can still be said."""
    return [run for run in list_runs(clinic_id) if is_at_work(run) or can_begin(run)]


def planned_patients(run: Document) -> list[str]:
    return [item["userId"] for item in run["items"] if item["isPlanned"]]


def can_begin(run: Document) -> bool:
    is_new = clock.now() - run["createdTime"] <= IS_VALID
    return bool(run["state"] == BulkState.PROPOSED and is_new)


def can_stop(run: Document) -> bool:
    return run["state"] in _UNFINISHED


def is_at_work(run: Document) -> bool:
    return run["state"] in _AT_WORK


def begin(run: Document, *, asked_by: Mapping[str, str], reason: str) -> None:
    """In the caller's transaction: carry out what the dry run has found. Raises Conflict."""
    if run["state"] == BulkState.PROPOSED and not can_begin(run):
        raise Conflict(message=OLD)
    fields = {"state": BulkState.RUNNING.value, "askedBy": dict(asked_by), "reason": reason}
    begun = store.advance(run, fields) if run["state"] == BulkState.PROPOSED else None
    if begun is None:
        raise Conflict(message=NOT_WAITING)
    _emit(run)


def stop(run: Document) -> None:
    """In the caller's transaction. What was done stays; nothing more is begun. Raises Conflict."""
    stopped = _end(run, STOPPED) if can_stop(run) else None
    if stopped is None:
        raise Conflict(message=NOT_RUNNING)


def _new_run(
    clinic_id: ObjectId,
    kind: str,
    options: Mapping[str, Any],
    limit: int,
    asked_by: Mapping[str, str],
) -> Document:
    moment = clock.now()
    return {
        "_id": ids.new_id(),
        "clinicId": clinic_id,
        "kind": kind,
        "options": dict(options),
        "limit": limit,
        "state": BulkState.LOOKING.value,
        "after": "",
        "items": [],
        **dict.fromkeys(("steps", "planned", "leftOut", "position", "succeeded"), 0),
        "problem": "",
        "askedBy": dict(asked_by),
        "reason": "",
        "createdTime": moment,
        "updatedTime": moment,
    }


def _emit(run: Document) -> None:
    outbox.emit(BulkRunDue(run_id=str(run["_id"])))


# --- what workers do ------------------------------------------------------------------------------
def carry_out(run_id: str) -> None:
    """As far as one delivery can; after a crash from where it was."""
    started = time.monotonic()
    while (run := store.find(ObjectId(run_id))) and is_at_work(run):
        if time.monotonic() - started >= SLICE.total_seconds():
            db.run_in_transaction(partial(_emit, run))
            return
        _take_step(run)
    if run is not None:
        log.info("ehr.bulk_run", state=run["state"], count=run["succeeded"])


def give_up(run_id: str, reason: str) -> None:
    """The work has failed and is not tried again."""
    run = store.find(ObjectId(run_id))
    if run is not None and can_stop(run):
        _end(run, f"it failed ({reason})")


def _take_step(run: Document) -> None:
    accesses.note_clinic(run["clinicId"])
    work = WORKS[run["kind"]]
    try:
        closures.require_open(run["clinicId"])
        clinic = ehr_settings.access_ehr_clinic(run["clinicId"])
        task = Task(clinic, run["options"], run["askedBy"])
        work.check(task)
    except (BadRequest, NotFound) as error:
        _end(run, error.words or error.message)
        return
    step = _search if run["state"] == BulkState.LOOKING else _next_patient
    step(run, work, task)


def _search(run: Document, work: Work, task: Task) -> None:
    found = work.find(task, run["after"])
    room = run["limit"] - run["planned"]
    plans = list(_within(found.plans, room))
    planned = [plan for plan in plans if plan.is_planned]
    left_out = [plan for plan in plans if not plan.is_planned]
    shown = [plan for plan in left_out if plan.is_shown]
    shown = shown[: max(MOST_LEFT_OUT - run["leftOut"], 0)]
    is_over = found.end is None or len(planned) == room
    fields: dict[str, Any] = {"after": found.end or ""}
    if is_over:
        fields |= _after_search(run["planned"] + len(planned))
    store.advance(
        run,
        fields,
        items=[_item(plan) for plan in (*planned, *shown)],
        increase={"planned": len(planned), "leftOut": len(left_out)},
    )
    accesses.note_shown(len(planned) + len(shown))


def _within(plans: Iterable[Plan], room: int) -> Iterable[Plan]:
    """Up to the last patient for whom there is room."""
    for plan in plans:
        room -= plan.is_planned
        yield plan
        if not room:
            return


def _after_search(planned: int) -> dict[str, Any]:
    if planned:
        return {"state": BulkState.PROPOSED.value}
    return {"state": BulkState.STOPPED.value, "problem": NOTHING, "endedTime": clock.now()}


def _item(plan: Plan) -> Document:
    return {"userId": plan.user_id, "plan": plan.words, "isPlanned": plan.is_planned}


def _next_patient(run: Document, work: Work, task: Task) -> None:
    """What is begun is noted before: so no other worker begins it, too, and one that comes after a crash knows."""
    position, items = run["position"], run["items"]
    while position < len(items) and not items[position]["isPlanned"]:
        position += 1
    if position == len(items):
        store.advance(run, {"state": BulkState.DONE.value, "endedTime": clock.now()})
        return
    task = replace(task, is_again=items[position].get("isBegun", False))
    begun = store.advance(run, {f"items.{position}.isBegun": True, "position": position})
    if begun is None:
        return
    outcome = work.carry_out(task, items[position]["userId"])
    _note(begun, position, outcome)


def _note(run: Document, position: int, outcome: Outcome) -> None:
    at = f"items.{position}"
    fields = {
        f"{at}.outcome": outcome.words,
        f"{at}.isDone": outcome.is_done,
        "position": position + 1,
    }
    if outcome.stops:
        fields |= _ended(outcome.stops)
    increase = {"succeeded": int(outcome.is_done)}
    if store.advance(run, fields, increase=increase) is None:
        store.note_in_stopped(run["_id"], fields, increase)
    accesses.note_shown(1)


def _end(run: Document, problem: str) -> Document | None:
    return store.advance(run, _ended(problem))


def _ended(problem: str) -> dict[str, Any]:
    return {"state": BulkState.STOPPED.value, "problem": problem, "endedTime": clock.now()}
