"""The first page: what needs attention."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from kernel import beat, following, heartbeats, indexes, outbox
from kernel.accesses import processes
from kernel.outbox import staff_reads
from kernel.staff import daily_numbers, pages, roles
from kernel.staff.sign_in import account_pages

Section = Callable[[HttpRequest], str]
SECTIONS: list[tuple[str, Section]] = []
# By queue: what waits while no worker takes it.
WAITS = {
    "default": "mails and what follows from changes wait",
    "ehr": "orders, syncs and reports of health records wait",
    "merges": "merges of clinics wait",
    "webhooks": "messages to the receivers of webhooks wait",
    "jobs": "exports, files of patients and other jobs wait",
}


def add(needs: str, section: Section) -> None:
    """Add a section of an app, shown to staff with the permission."""
    SECTIONS.append((needs, section))


def context(request: HttpRequest) -> dict[str, Any]:
    sections = [section(request) for needs, section in SECTIONS if pages.has(request, needs)]
    finds = pages.has(request, roles.FIND)
    return {
        "may": pages.Permissions(request),
        **account_pages.hint(request),
        "sections": [section for section in sections if section],
        **(daily_numbers.context(request) if finds else {"charts": None}),
        "missing_indexes": indexes.last_problems() if finds else [],
        "is_scheduler_late": finds and beat.is_late(),
        "late_queues": _late_queues() if finds else [],
        "followers": [standing for standing in following.standings() if standing.needs_attention]
        if finds
        else [],
        "silent": processes.list_silent() if pages.has(request, roles.AUDIT) else [],
        "counts": staff_reads.count_by_state() if finds else None,
        "oldest_minutes": round(outbox.oldest_seconds() / 60) if finds else 0,
    }


def _late_queues() -> list[tuple[str, int, str]]:
    """Name, minutes without work, and what waits."""
    late = heartbeats.late_queues().items()
    return [(queue, minutes, WAITS[queue]) for queue, minutes in late]
