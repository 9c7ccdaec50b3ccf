"""How a job begins, goes on and ends.

Every step is noted in one update with its precondition, so a worker that comes after a crash, or beside a slow one,
goes on where the job is, and what was done is not done again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from typing import Any

import structlog
from bson import ObjectId
from django.conf import settings
from django.utils.module_loading import import_string

from kernel import accesses, audit, clock, db, ids, outbox
from kernel.choices import AuditOutcome, Failure, JobState
from kernel.db import Document
from kernel.errors import (
    BadRequest,
    Busy,
    Conflict,
    ConstraintViolation,
    DomainError,
    NotFound,
    PaymentRequired,
    PermanentFailure,
    RateLimited,
    RetryLater,
)
from kernel.events import JobDue
from kernel.jobs import files, store
from kernel.jobs.kinds import KINDS, PATIENTS, Batch, Kind, Skipped, Task
from kernel.outbox import staff_reads

OBJECT = "job"
FETCHED = "job.file_fetched"  # as the audit trail calls it
NOT_FOUND = "there is no such job; jobs are kept for thirty days"
NOT_AT_WORK = "it has ended already"
NOT_AGAIN = "it cannot be started again: it has not failed, or failed too long ago; begin a new one"
# One delivery of the event works this long, then leaves the rest to the next: tasks have a time limit, and other work
# waits behind it.
SLICE = timedelta(seconds=10)
LATE = timedelta(seconds=3)  # for a mail that was not tried yet
EACH_LASTS = timedelta(
    seconds=1
)  # so long items are worked on one by one before the job is read again
HELD_WAITS = timedelta(seconds=15)  # for the end of a merge that holds the clinic
LOGGED_EVERY = 100  # of items that are created
MOST_NAMED = 500  # whom an audit event names, and a job of those it has left out; more are counted
# For one kind in one clinic, with those that wait for their turn: each waits for no more than the turns of the others.
MOST_AT_WORK = 10
TOO_MANY = f"{MOST_AT_WORK} jobs of this kind are at work already; wait until one of them has ended"
PARTS_LAST = timedelta(
    days=3
)  # longer than the outbox tries; and so long a failed job can be started again
# What the rules refuse; other failures are tried again by the outbox.
_REFUSALS = (BadRequest, Conflict, ConstraintViolation, NotFound, PaymentRequired)

log = structlog.get_logger(__name__)


class _Elsewhere(DomainError):
    """Another worker went on with it, or someone has canceled it: what this one has begun of a step is certain not to
    be stored."""


# --- what staff ask for ---------------------------------------------------------------------------
def begin(
    kind: Kind,
    *,
    clinic: Mapping[str, Any] | None,
    asked_by: Mapping[str, str],
    wanted: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    about: str = "",
    narrowed: Sequence[tuple[str, str]] = (),
    typed: str = "",
    left_out: Mapping[str, int] | None = None,
    reason: str = "",
) -> ObjectId:
    """In the caller's transaction, with the audit event that says what was asked for. Raises RateLimited where so many
    of the clinic are at work that this one would wait too long. `about`: the same in words,
    without anything about a patient. `narrowed`: by what those it is about were chosen, in words (title, value).
    `typed`: the text that was searched for, which is kept for three days. `left_out`: why -> how many could not be
    chosen."""
    moment = clock.now()
    job: Document = {
        "_id": ids.new_id(),
        "kind": kind.name,
        "clinicId": clinic["_id"] if clinic else None,
        "clinicName": (clinic or {}).get("name") or "",
        "wanted": dict(wanted or {}),
        "options": dict(options or {}),
        "about": about,
        "narrowed": [{"title": title, "value": value} for title, value in narrowed],
        "leftOut": [
            {"words": words, "count": count, "items": []}
            for words, count in (left_out or {}).items()
        ],
        "state": JobState.PLANNING.value,
        **dict.fromkeys(("steps", "position", "offset", "total", "done", "succeeded"), 0),
        "problem": "",
        "log": [{"time": moment, "words": "Asked for"}],
        "askedBy": dict(asked_by),
        "reason": reason,
        "createdTime": moment,
        "updatedTime": moment,
    }
    _require_room(job)
    store.insert(job)
    if typed:
        store.keep_typed(job["_id"], typed, moment + PARTS_LAST)
    _emit(job)
    job_id: ObjectId = job["_id"]
    return job_id


def _require_room(job: Mapping[str, Any]) -> None:
    """Those who begin one at the same moment are counted one after the other, because each transaction writes its event
    at the end of the audit trail."""
    if len(store.list_at_work(job["clinicId"], job["kind"])) >= MOST_AT_WORK:
        raise RateLimited(TOO_MANY, retry_after=int(SLICE.total_seconds()))


def access(job_id: str) -> Document:
    """Raises NotFound."""
    parsed_id = ids.parse_id(job_id)
    job = store.find(parsed_id) if parsed_id else None
    if job is None:
        raise NotFound(message=NOT_FOUND)
    return job


def glance(job_id: str | ObjectId) -> Document:
    """The job without what is long in it: its log, what it was asked to work on, and who was left out. Raises
    NotFound."""
    parsed_id = ids.parse_id(job_id)
    job = store.find_short(parsed_id) if parsed_id else None
    if job is None:
        raise NotFound(message=NOT_FOUND)
    return job


def is_at_work(job: Mapping[str, Any]) -> bool:
    return job["state"] in store.AT_WORK


def can_cancel(job: Mapping[str, Any]) -> bool:
    """What is one step alone cannot be stopped in the middle of it."""
    return is_at_work(job) and (job["state"] == JobState.PLANNING or job["total"] > 1)


def cancel(job: Document, *, by: str = "") -> Document:
    """The job as it is then; in the caller's transaction. What was done stays; nothing more is begun. `by`: the name of
    the member of staff, for the log. Raises Conflict.

    The job is read again: a worker that has taken a step since the caller read it must not keep it from being canceled.
    One that takes a step at this moment has the transaction repeated."""
    job = store.find(job["_id"]) or job
    fields = _ended(JobState.CANCELED, "it was canceled")
    canceled = store.advance(job, fields, lines=[_by("Canceled", by)]) if can_cancel(job) else None
    if canceled is None:
        raise Conflict(message=NOT_AT_WORK)
    _let_go(job)
    store.remove_parts(job["_id"])
    return canceled


def _by(words: str, name: str) -> str:
    return f"{words} by {name}" if name else words


def discard(job: Document, words: str) -> None:
    """No more is done of it, and what it has made goes, with what was kept to start it again; in the caller's
    transaction. `words`: why, for staff."""
    job = store.find(job["_id"]) or job
    gone = {"file": None, "again": None}
    if is_at_work(job):
        store.advance(job, {**_ended(JobState.CANCELED, words), **gone}, lines=["Removed"])
        _let_go(job)
    else:
        store.advance(job, gone, lines=["Removed"])
    store.remove_parts(job["_id"])


def end_all_of_clinic(clinic_id: ObjectId, words: str) -> None:
    """Those that are at work or could be started again: the clinic goes, in the caller's transaction. What they have
    made stays."""
    for short in store.list_of(list(KINDS), clinic_id):
        job = store.find(short["_id"])
        if job is None:
            continue
        if is_at_work(job):
            fields = {**_ended(JobState.CANCELED, words), "again": None}
            _end(job, fields, line="Canceled")
            store.remove_parts(job["_id"])
        elif job.get("again"):
            store.advance(job, {"again": None, "problem": words}, lines=["It cannot go on"])
            store.remove_parts(job["_id"])


def is_held(job: Mapping[str, Any]) -> bool:
    """Whether it waits for the end of a merge that holds its clinic."""
    kind = KINDS.get(job["kind"])
    return bool(kind and is_at_work(job) and find_hold(kind, job["clinicId"]))


@dataclass(frozen=True, slots=True)
class Hold:
    """The merge that holds a clinic, in `words`. `is_closed`: the clinic will be a part of the other, so no job begins
    in it meanwhile; in the other it begins, and waits."""

    words: str
    is_closed: bool


def find_hold(kind: Kind, clinic_id: ObjectId | None) -> Hold | None:
    """What a job of this kind would wait for in the clinic."""
    if not clinic_id:
        return None
    words = _refusal(lambda: _require_clinic(kind, clinic_id))
    is_closed = bool(words and _refusal(lambda: _gate(settings.CLINIC_GATE)(str(clinic_id))))
    return Hold(words, is_closed) if words else None


def _refusal(require: Callable[[], None]) -> str:
    try:
        require()
    except Busy as error:
        return error.words or error.message
    return ""


def list_held() -> list[ObjectId]:
    """The jobs that wait so."""
    return [job["_id"] for job in store.list_at_work_of_clinics() if is_held(job)]


def _let_go(job: Document) -> None:
    if job["kind"] in KINDS:
        KINDS[job["kind"]].let_go(_task(job))


def find_item_at_work(job_id: ObjectId) -> str | None:
    """Where the work is `create`, item by item: the one that may have been begun, and is not noted."""
    job = store.find_short(job_id)
    items = store.find_items(job_id, job["position"]) if job else None
    return items[0] if items else None


def can_start_again(job: Mapping[str, Any]) -> bool:
    again = job.get("again")
    return bool(job["state"] == JobState.FAILED and again and again["until"] > clock.now())


def start_again(job: Document, *, by: str = "") -> Document:
    """The job as it is then; in the caller's transaction. It goes on where it failed, and keeps its log. `by`: as in
    `cancel`. Raises Conflict, and RateLimited as `begin`."""
    job = store.find(job["_id"]) or job
    state = job["again"]["state"] if can_start_again(job) else None
    is_unplanned = state == JobState.PLANNING
    wanted = store.take_wanted(job["_id"]) if is_unplanned else job["wanted"]
    if state is None or wanted is None:
        raise Conflict(message=NOT_AGAIN)
    store.prolong_parts(job["_id"], clock.now() + PARTS_LAST)
    fields = {"state": state, "wanted": wanted, "problem": "", "again": None, "endedTime": None}
    _require_room(job)
    started = store.advance(job, fields, lines=[_by("Started again", by)])
    if started is None:
        raise Conflict(message=NOT_AGAIN)
    _emit(started)
    return started


def _emit(job: Document) -> None:
    """The jobs of one kind in a clinic are one line and take turns: what is emitted again is at its end."""
    outbox.emit(JobDue(job_id=str(job["_id"]), line=_line(job)))


def list_line(job: Mapping[str, Any], *, limit: int) -> list[Document]:
    """The rows of the outbox by which the jobs of the line are at work, in the order of their turns."""
    return staff_reads.list_line(JobDue, _line(job), limit=limit)


def _line(job: Mapping[str, Any]) -> str:
    return f"{job['clinicId'] or ''}:{job['kind']}"


# --- what workers do ------------------------------------------------------------------------------
def carry_out(job_id: str) -> None:
    """A step at least, and as far as one delivery can; after a crash from where it was."""
    started, ends = time.monotonic(), False
    while (job := store.find(ObjectId(job_id))) and is_at_work(job):
        if ends:
            db.run_in_transaction(partial(_emit, job))
            return
        _give_way(job)
        _take_step(job)
        ends = time.monotonic() - started >= SLICE.total_seconds()
    if job is not None:
        log.info("job.ended", kind=job["kind"], state=job["state"], count=job["succeeded"])


def _give_way(job: Document) -> None:
    """For half a turn at most, so that the job goes on although no one may work on that queue."""
    kind, began = KINDS.get(job["kind"]), time.monotonic()
    if kind is None or not kind.gives_way or job["state"] != JobState.RUNNING:
        return
    while outbox.is_late(outbox.DEFAULT_QUEUE, LATE):
        if time.monotonic() - began >= SLICE.total_seconds() / 2:
            return
        _pause()


def _pause() -> None:
    time.sleep(0.25)


def give_up(job_id: str, reason: str) -> None:
    """It has failed and is not tried again."""
    job = store.find(ObjectId(job_id))
    if job is not None and is_at_work(job):
        with suppress(_Elsewhere):
            _fail(job, f"it failed ({reason})")


def _take_step(job: Document) -> None:
    if job["clinicId"]:
        accesses.note_clinic(job["clinicId"])
    kind = KINDS.get(job["kind"])
    if kind is None:
        raise PermanentFailure(Failure.HANDLER_UNKNOWN)
    try:
        _advance_or_fail(job, kind)
    except _Elsewhere:
        log.info("job.elsewhere", kind=job["kind"])


def _advance_or_fail(job: Document, kind: Kind) -> None:
    try:
        _STEPS[JobState(job["state"])](job, kind, _task(job))
    except Busy:
        raise RetryLater(Failure.CLINIC_HELD.value, wait=HELD_WAITS) from None
    except _REFUSALS as error:
        _fail(job, error.words or error.message)


def require(kind: Kind, task: Task) -> None:
    """What all of the work needs. Raises Busy, too: whatever the kind, a clinic that is being merged into another is
    not worked on, and the merge may be taken back; and what is in the other is not listed meanwhile."""
    if task.clinic is not None:
        _require_clinic(kind, task.clinic)
    kind.requires(task)


def _require_clinic(kind: Kind, clinic_id: ObjectId) -> None:
    _gate(settings.CLINIC_IS_WHOLE if kind.lists_clinic else settings.CLINIC_GATE)(str(clinic_id))


@cache
def _gate(name: str) -> Callable[[str], None]:
    gate: Callable[[str], None] = import_string(name)
    return gate


def _task(job: Document) -> Task:
    return Task(
        id=job["_id"],
        clinic=job["clinicId"],
        wanted=job["wanted"],
        options=job["options"],
        asked_by=job["askedBy"],
        reason=job["reason"],
        succeeded=job["succeeded"],
    )


def _plan(job: Document, kind: Kind, task: Task) -> None:
    require(kind, task)
    items = list(kind.plan(task))
    expires = clock.now() + PARTS_LAST
    fields = {"state": JobState.RUNNING.value, "total": len(items), "wanted": {}}

    def note() -> None:
        _advance(job, fields, lines=[f"Planned: {len(items)}"])
        store.insert_items(job["_id"], db.batches(items, kind.batch), expires)

    db.run_in_transaction(note)


def _work(job: Document, kind: Kind, task: Task) -> None:
    if job["done"] == job["total"]:
        _end_of_work(job, kind)
        return
    items = store.find_items(job["_id"], job["position"])
    if items is None:
        _fail_for_good(job)
        return
    if kind.create is not None:
        require(kind, task)
        kind.create(task, items[0], _Item(job, kind, items))
        _note_shown(kind, 1)
        return
    if kind.is_one_by_one:
        _work_on_each(job, kind, task, items)
        return
    if kind.is_atomic:
        db.run_in_transaction(lambda: _note(job, kind, items, _worked(kind, task, items)))
    else:
        batch = _worked(kind, task, items)
        db.run_in_transaction(partial(_note, job, kind, items, batch))
    _note_shown(kind, len(items))


def _note_shown(kind: Kind, count: int) -> None:
    if kind.items == PATIENTS:
        accesses.note_shown(count)


def _work_on_each(job: Document, kind: Kind, task: Task, items: Sequence[str]) -> None:
    """What is left of a part, for a while: neither the job nor the part is read again for each. Someone who cancels it
    is heard after each, because the next note of it fails then."""
    require(kind, task)
    started = time.monotonic()
    for offset in range(job.get("offset", 0), len(items)):
        is_last = offset + 1 == len(items)
        job = _work_on_one(job, kind, task, items[offset], is_last=is_last)
        _note_shown(kind, 1)
        if time.monotonic() - started >= EACH_LASTS.total_seconds():
            return


def _work_on_one(job: Document, kind: Kind, task: Task, item: str, *, is_last: bool) -> Document:
    """The job afterwards. What is refused has changed nothing: the note of it is written after that transaction."""
    try:
        return db.run_in_transaction(
            lambda: _note_one(job, _worked_on_one(kind, task, item), is_last=is_last)
        )
    except Skipped as skipped:
        return _note_one(job, Batch(0, left_out={skipped.words: [item]}), is_last=is_last)


class _Item:
    """`Noting`, of the one item of a part."""

    def __init__(self, job: Document, kind: Kind, items: Sequence[str]) -> None:
        self._job, self._kind, self._items = job, kind, items

    def note(self, batch: Batch) -> None:
        _note(self._job, self._kind, self._items, batch)

    def take_over(self) -> None:
        self._job = _advance(self._job, {})


def _worked(kind: Kind, task: Task, items: Sequence[str]) -> Batch:
    require(kind, task)
    return _work_of(kind)(task, items)


def _work_of(kind: Kind) -> Callable[[Task, Sequence[str]], Batch]:
    if kind.work is None:
        raise TypeError(kind.name)
    return kind.work


def _worked_on_one(kind: Kind, task: Task, item: str) -> Batch:
    """Raises Skipped for what the rules refuse for this item alone."""
    try:
        return _work_of(kind)(task, [item])
    except Busy:
        raise
    except _REFUSALS as error:
        if isinstance(error, NotFound):
            require(kind, task)  # otherwise what all of them need would be gone
        raise Skipped(error.words or error.message) from None


def _note_one(job: Document, batch: Batch, *, is_last: bool) -> Document:
    """The job afterwards. `is_last`: of its part."""
    done = job["done"] + 1
    increase = {"position": int(is_last), "done": 1, "succeeded": batch.done}
    lines = [f"{done} of {job['total']}"] if is_last else []
    offset = 0 if is_last else job.get("offset", 0) + 1
    fields = {"offset": offset, **_left_out(job, batch)}
    return _advance(job, fields, lines=lines, increase=increase)


def _left_out(job: Document, batch: Batch) -> dict[str, Any]:
    """All who were left out until then, by why, the first of them by id. The note of a step requires that none was
    noted since the job was read."""
    if not batch.left_out:
        return {}
    entries = {entry["words"]: entry for entry in job.get("leftOut") or []}
    room = MOST_NAMED - sum(len(entry["items"]) for entry in entries.values())
    for words, items in batch.left_out.items():
        entry = entries.get(words) or {"words": words, "count": 0, "items": []}
        named = list(items[: max(room, 0)])
        room -= len(named)
        entries[words] = {
            "words": words,
            "count": entry["count"] + len(items),
            "items": [*entry["items"], *named],
        }
    return {"leftOut": [entry for entry in entries.values() if entry["count"]]}


def _note(job: Document, kind: Kind, items: Sequence[str], batch: Batch) -> None:
    done = job["done"] + len(items)
    increase = {"position": 1, "done": len(items), "succeeded": batch.done}
    is_logged = kind.create is None or done % LOGGED_EVERY == 0 or done == job["total"]
    lines = [f"{done} of {job['total']}"] if is_logged else []
    _advance(job, _left_out(job, batch), lines=lines, increase=increase)
    if kind.header:
        expires, rows = clock.now() + PARTS_LAST, files.pack(batch.rows)
        store.insert_part(job["_id"], files.ROWS, job["position"], expires, data=rows)


def _end_of_work(job: Document, kind: Kind) -> None:
    if kind.makes_file:
        _advance(job, {"state": JobState.WRITING.value}, lines=["Writing the file"])
    else:
        _end(job, _ended(JobState.DONE), line="Done")
        store.remove_parts(job["_id"])


def _write(job: Document, kind: Kind, task: Task) -> None:
    own = partial(kind.write, task) if kind.write else None
    try:
        file = files.write(job, kind.header, own)
    except files.PartsGone:
        _fail_for_good(job)
        return
    try:
        _end(job, {**_ended(JobState.DONE), "file": file}, line="The file is ready")
    except _Elsewhere:
        store.remove_series(job["_id"], file["series"])
        raise
    store.remove_parts(job["_id"], but=file["series"])


_STEPS: Mapping[JobState, Callable[[Document, Kind, Task], None]] = {
    JobState.PLANNING: _plan,
    JobState.RUNNING: _work,
    JobState.WRITING: _write,
}


# --- ends -----------------------------------------------------------------------------------------
def _fail(job: Document, problem: str) -> None:
    """What is left to do is kept, so that it can be started again."""
    until = clock.now() + PARTS_LAST
    again = {"state": job["state"], "until": until}

    def keep() -> None:
        store.prolong_parts(job["_id"], until)
        if job["state"] == JobState.PLANNING:
            store.keep_wanted(job["_id"], job["wanted"], until)

    _end(job, {**_ended(JobState.FAILED, problem), "again": again}, line="Failed", then=keep)


def _fail_for_good(job: Document) -> None:
    _end(job, _ended(JobState.FAILED, files.PARTS_GONE), line="Failed")
    store.remove_parts(job["_id"])


def _ended(state: JobState, problem: str = "") -> dict[str, Any]:
    return {"state": state.value, "problem": problem, "wanted": {}, "endedTime": clock.now()}


def _end(
    job: Document,
    fields: Mapping[str, Any],
    *,
    line: str,
    then: Callable[[], None] = lambda: None,
) -> None:
    """How it ended is one event, as its begin was. `then` is called in the transaction."""

    def note() -> None:
        _advance(job, fields, lines=[line])
        then()
        is_done = fields["state"] == JobState.DONE
        if not is_done:
            _let_go(job)
        audit.record(
            action=KINDS[job["kind"]].action if job["kind"] in KINDS else "job.ended",
            object_type=OBJECT,
            object_id=str(job["_id"]),
            clinic_id=job["clinicId"],
            scope={**_scope(job), **({"refused": fields["problem"]} if not is_done else {})},
            reason=job["reason"],
            outcome=AuditOutcome.DONE if is_done else AuditOutcome.REFUSED,
            **job["askedBy"],
        )

    db.run_in_transaction(note)


def _scope(job: Document) -> dict[str, Any]:
    scope = {name: job[name] for name in ("kind", "total", "done", "succeeded")}
    kind = KINDS.get(job["kind"])
    if kind and kind.names_items and 0 < job["total"] <= MOST_NAMED:
        scope[kind.items] = store.list_items(job["_id"])
    return scope


def _advance(job: Document, fields: Mapping[str, Any], **noted: Any) -> Document:
    advanced = store.advance(job, fields, **noted)
    if advanced is None:
        raise _Elsewhere
    return advanced
