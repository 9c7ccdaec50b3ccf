"""The people whom audit events name by id, also when they are gone: from the archive of what was deleted."""

from collections.abc import Callable, Sequence
from typing import Any

from clinics.services import staff_reads
from kernel.db import Document
from kernel.staff import roles
from kernel.staff.subjects import KINDS, Kind

Key = tuple[Any, str]  # clinic and id, as events hold them


def _resolved(
    find: Callable[[Sequence[Key]], dict[Key, str]], events: Sequence[Document]
) -> dict[int, str]:
    keys = {event["number"]: (event["clinicId"], event["object"]["id"]) for event in events}
    names = find(list(dict.fromkeys(keys.values())))
    return {number: names[key] for number, key in keys.items() if key in names}


KINDS["clinician"] = Kind(
    roles.FIND, lambda events: _resolved(staff_reads.names_of_clinicians, events)
)
KINDS["clinicianInvite"] = Kind(
    roles.MEMBERS, lambda events: _resolved(staff_reads.addresses_of_invites, events)
)
KINDS["patient"] = Kind(
    roles.PATIENTS,
    lambda events: _resolved(staff_reads.names_of_patients, events),
    looks_at_patients=True,
)
