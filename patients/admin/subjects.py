"""Names for the ids of patients in audit events; those of removed patients come from the archive."""

from kernel.staff import roles
from kernel.staff.subjects import KINDS, Kind, by_key, in_clinic
from patients.services import staff_reads

KINDS["patient"] = Kind(
    roles.PATIENTS,
    by_key(staff_reads.names_of_patients),
    in_clinic("admin:clinic_patient", roles.PATIENTS),
    shows_patients=True,
)
