"""Merge one clinic into another: its patients, members, tags and sites go over, and it is deleted.

Shows the plan first, and asks. The merge is work of the workers, so it goes on when this command is interrupted.
"""

import os
import sys
from collections.abc import Sequence
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic_records.services import access
from clinics.services import clinics
from kernel import ids, texts
from kernel.db import Document
from kernel.errors import Conflict, DomainError, NotFound
from merges.choices import MergeState
from merges.plan.model import MergePlan
from merges.services import audit_trail, in_words, merging, planning, reports, requesters

USAGE = 2
INTERRUPTED = 130  # as shells have it for Ctrl-C
POLL_SECONDS = 1.0
MOST_NAMED = 10  # of what a problem is about
# Rule MERGE-124.
EXIT_CODES = (
    "Ends with 0 if the merge is complete (or only the plan was shown), 1 if it was refused or taken back, "
    "2 if it was called wrongly, and 130 if it was interrupted."
)


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EXIT_CODES
        parser.add_argument("source", metavar="SOURCE", help="id or share code; it is deleted")
        parser.add_argument("target", metavar="TARGET", help="id or share code; it stays")
        parser.add_argument("--report", metavar="FILE", help="write the plan as a workbook")
        parser.add_argument("--yes", action="store_true", help="merge without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        source_id, target_id = options["source"], options["target"]
        merge = merging.find_present(source_id, target_id)  # by ids: the source may be gone
        if merge is None:
            source_id, target_id = _find(source_id), _find(target_id)
            merge = merging.find_present(source_id, target_id)
        if merge is None and source_id == target_id:
            # After the end the share code of the source leads to the target.
            merge = merging.find_by_code(options["source"], target_id)
        if merge is None:
            plan = self._show_plan(source_id, target_id, options["report"])
            if not self._is_confirmed(plan, is_sure=options["yes"]):
                return
            merge = _request(plan)
        elif options["report"]:
            msg = "their merge has begun, so there is no plan any more: leave out --report"
            raise CommandError(msg, returncode=USAGE)
        self._follow(merge)

    # --- the plan
    def _show_plan(self, source_id: str, target_id: str, report: str | None) -> MergePlan:
        plan = _read_plan(source_id, target_id)
        source_name, target_name = in_words.names_in_plan(plan)
        self._line(f"source, is deleted: {source_name} ({source_id})")
        self._line(f"target, stays: {target_name} ({target_id})")
        for row in in_words.number_rows(planning.numbers_of(plan)):
            self._line(f"{'  of them: ' if row['is_part'] else ''}{row['text']}: {row['number']}")
        for problem in plan.problems:
            self._problem(problem.severity.value, problem.message, problem.advice, problem.subjects)
        if report:
            _write_report(plan, report)
        return plan

    def _is_confirmed(self, plan: MergePlan, *, is_sure: bool) -> bool:
        if not plan.can_execute:
            raise CommandError("the plan does not allow the merge")  # noqa: EM101
        if is_sure:
            return True
        if not sys.stdin.isatty():
            self._line("only the plan: to merge, run this in a terminal, or with --yes")
            return False
        name = texts.name(_plain(plan.source.name))
        if texts.name(_ask(f"type the name of the source clinic ({name}): ")) != name:
            raise CommandError("this is not its name; nothing was changed")  # noqa: EM101
        return True

    # --- the merge
    def _follow(self, merge: Document) -> None:
        source_name, target_name = in_words.names_in_merge(merge)
        self._line(f"merge {merge['_id']} of {source_name} into {target_name}")
        try:
            merge = self._wait(merge)
        except KeyboardInterrupt:
            msg = (
                "\nthe merge goes on. To follow it, run this command again, or look at Merges among the "
                "staff pages, where it can also be stopped"
            )
            raise CommandError(msg, returncode=INTERRUPTED) from None
        self._show_end(merge)

    def _wait(self, merge: Document) -> Document:
        shown: Any = None
        quiet_since: Any = None
        while not merging.has_ended(merge):
            if shown != (progress := _progress(merge)):
                self._line(progress)
                shown = progress
            if quiet_since != merge["updatedTime"] and merging.is_quiet(merge):
                self._line("nothing happens: it waits for a worker of the queue merges")
                quiet_since = merge["updatedTime"]
            sleep(POLL_SECONDS)
            merge = merging.access_merge(merge["_id"])
        return merge

    def _show_end(self, merge: Document) -> None:
        if merge["state"] == MergeState.COMPLETED:
            self._line(_progress(merge))
            return
        for problem in merge["problems"]:
            self._problem(*(problem[k] for k in ("severity", "message", "advice", "subjects")))
        why = f": {merge['problem']}" if merge["problem"] else ""
        raise CommandError(
            _plain(f"{MergeState(merge['state']).label.lower()}{why}{_stopper(merge)}")
        )

    # --- output
    def _problem(self, severity: str, message: str, advice: str, subjects: Sequence[str]) -> None:
        self._line(f"{severity}: {message}")
        self._line(f"  {advice}")
        if subjects:
            more = len(subjects) - MOST_NAMED
            named = ", ".join(subjects[:MOST_NAMED])
            self._line(f"  {named}{f' and {more} more' if more > 0 else ''}")

    def _line(self, text: str) -> None:
        self.stdout.write(_plain(text))


# --- finding --------------------------------------------------------------------------------------
def _find(word: str) -> str:
    """The clinic's id."""
    try:
        if ids.parse_id(word):
            return str(access.access_clinic(word)["_id"])
        return str(clinics.access_by_share_code(word)["_id"])
    except NotFound:
        msg = f"there is no clinic with the id or share code {_plain(word)}"
        raise CommandError(msg, returncode=USAGE) from None


def _read_plan(source_id: str, target_id: str) -> MergePlan:
    try:
        return planning.read_plan(source_id=source_id, target_id=target_id)
    except DomainError as error:
        raise CommandError(error.words or error.message, returncode=USAGE) from None


def _request(plan: MergePlan) -> Document:
    try:
        return merging.request_merge(
            source_id=plan.source.id, target_id=plan.target.id, requested_by=_operator()
        )
    except (Conflict, NotFound) as error:
        raise CommandError(error.words or error.message) from None


# --- the report -----------------------------------------------------------------------------------
def _write_report(plan: MergePlan, path: str) -> None:
    """It has the patients of both clinics: only its owner may read it, and the audit trail has it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        msg = f"the report cannot be written: {error.strerror}"
        raise CommandError(msg, returncode=USAGE) from None
    with os.fdopen(descriptor, "wb") as file:
        audit_trail.record_report(plan, requested_by=_operator())
        reports.write_workbook(plan, file)


def _operator() -> str:
    return f"{requesters.COMMAND}{os.getuid()}"


# --- words ----------------------------------------------------------------------------------------
def _ask(question: str) -> str:
    try:
        return input(question)
    except (EOFError, KeyboardInterrupt):
        return ""


def _plain(text: str) -> str:
    """Names may hold what a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def _stopper(merge: Document) -> str:
    who = merge.get("stoppedBy")
    return f" by {requesters.names_of([who])[who]}: {merge['stopReason']}" if who else ""


def _progress(merge: Document) -> str:
    state = MergeState(merge["state"]).label.lower()
    text = f"{state}: {merge['done']} of {merge['total']}" if merge["total"] else state
    return text if merging.has_ended(merge) else f"{text} ({in_words.stage_of(merge)})"
