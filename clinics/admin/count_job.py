"""The patients of a clinic are counted again: a job of one step, which takes as long as the clinic is large."""

from collections.abc import Sequence

from bson import ObjectId

from kernel import jobs
from kernel.staff import roles
from patients.services import patient_counts, preparing


def _plan(task: jobs.Task) -> list[str]:
    return [str(task.clinic_id)]


def _work(_: jobs.Task, items: Sequence[str]) -> jobs.Batch:
    for clinic_id in items:
        preparing.count_again(ObjectId(clinic_id))
    return jobs.Batch(len(items))


def _let_go(task: jobs.Task) -> None:
    patient_counts.release_recount(task.clinic_id)


COUNT = jobs.add(
    jobs.Kind(
        name="clinic.count",
        title="Count of patients",
        action="clinic.count_refreshed",
        sees=(roles.FIND,),
        begins=(roles.COUNTS,),
        plan=_plan,
        work=_work,
        let_go=_let_go,
        items="clinics",
    )
)
