"""Jobs that are at work in a clinic while staff decide about a merge, and what would become of each."""

from bson import ObjectId
from django.urls import reverse

from clinic_records.admin import work_in_progress
from clinic_records.admin.work_in_progress import Work
from kernel import jobs
from kernel.db import Document
from kernel.staff.job_pages import STATES

WAITS = "It waits while the merge runs. Afterwards it is canceled, because its clinic is gone: what was done stays."
REFUSES = "It has the merge refused: wait for its end, or cancel it."
CHANGES = "Wait for its end, or cancel it: while it adds patients, a plan is soon out of date, and the merge refused."
LISTED_LATER = "It waits while the merge runs, and goes on afterwards."
GOES_ON = (
    "It goes on, for those whom it began with: those who come with the merge are not among them."
)


def _in_progress(clinic_id: ObjectId) -> list[Work]:
    return [_work(job) for job in jobs.list_all_at_work(clinic_id) if job["kind"] in jobs.KINDS]


def _work(job: Document) -> Work:
    kind = jobs.KINDS[job["kind"]]
    done = f", {job['done']} of {job['total']}" if job["total"] else ""
    return Work(
        title=kind.title,
        state=f"{STATES.get(job['state'], job['state'])}{done}",
        page=reverse("admin:job", args=[job["_id"]]),
        needs=kind.sees,
        if_source=REFUSES if kind.create else WAITS,
        if_target=_in_target(kind),
    )


def _in_target(kind: jobs.Kind) -> str:
    if kind.create:
        return CHANGES
    return LISTED_LATER if kind.lists_clinic else GOES_ON


work_in_progress.add(_in_progress)
