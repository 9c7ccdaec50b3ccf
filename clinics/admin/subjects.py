"""Names for the ids of clinics and clinicians in audit events; those of removed clinicians come from the archive."""

from clinics.services import staff_reads
from kernel.staff import roles
from kernel.staff.subjects import KINDS, Kind, add_names_of_clinics, by_key

KINDS["clinician"] = Kind(roles.FIND, by_key(staff_reads.names_of_clinicians))
KINDS["clinicianInvite"] = Kind(roles.MEMBERS, by_key(staff_reads.addresses_of_invites))
add_names_of_clinics(staff_reads.names_of)
