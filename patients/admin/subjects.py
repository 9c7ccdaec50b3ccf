"""The patients whom audit events name by id, also when they are gone: from the archive of what was deleted."""

from kernel.staff import roles
from kernel.staff.subjects import KINDS, Kind, by_key
from patients.services import staff_reads

KINDS["patient"] = Kind(roles.PATIENTS, by_key(staff_reads.names_of_patients), shows_patients=True)
