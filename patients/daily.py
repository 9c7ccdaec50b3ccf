"""What the staff's first page shows of patients by day."""

from datetime import datetime

from kernel.daily import Number, Series, declare
from kernel.staff import roles
from patients.services import patient_counts


def _count(_start: datetime, _end: datetime) -> dict[str, int]:
    return {"patients": patient_counts.count_everywhere()}


declare(
    Number(
        "patients",
        "Patients",
        needs=roles.FIND,
        page="clinics",
        series=(Series("patients", "in all clinics", "wait"),),
        count=_count,
        is_state=True,
    )
)
