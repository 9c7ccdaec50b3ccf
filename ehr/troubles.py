"""What staff are told of clinics whose connection to the health record fails."""

from datetime import timedelta

from bson import ObjectId

from clinics.services import troubles
from ehr.services import records
from kernel import clock

_DAYS = 7


def _failed() -> dict[ObjectId, str]:
    numbers = records.count_failed_by_clinic(clock.now() - timedelta(days=_DAYS))
    return {i: f"EHR: {number} failed in the last {_DAYS} days" for i, number in numbers.items()}


troubles.declare(_failed)
