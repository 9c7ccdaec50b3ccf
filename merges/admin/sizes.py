"""Which pairs of clinics are so large that a job reads them, and no page."""

from bson import ObjectId

from clinic_records.services import access
from merges.services import planning
from patients.services import patient_counts

MOST_AT_ONCE = 400  # patients of both clinics whose plan or workbook a page makes itself


def are_large(source_id: str | ObjectId, target_id: str | ObjectId) -> bool:
    """Raises BadRequest and NotFound as `planning.parse_pair`, and NotFound for a clinic that is gone."""
    sides = planning.parse_pair(source_id, target_id)
    for side in sides:
        access.access_clinic(side)
    return sum(map(patients_of, sides)) > MOST_AT_ONCE


def patients_of(clinic_id: ObjectId) -> int:
    """A plan changes nothing, so a count that is missing is not asked for."""
    kept = patient_counts.find_counts(clinic_id)
    return int(kept["total"]) if kept else patient_counts.count_records(clinic_id)
