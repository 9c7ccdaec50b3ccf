"""Whether a clinic that was opened for a legacy account has what its migration needs (rule CLINIC-14)."""

from kernel import safe_reading
from kernel.db import Document

# What a legacy account must have filled in before its patients can be moved.
_COMPLETE = (
    "address",
    "city",
    "clinicType",
    "country",
    "name",
    "postalCode",
    "state",
    "PreferredBgUnits",
)


def can_migrate(document: Document) -> bool:
    """Whether the clinic was opened for a legacy account, and its owner has filled in the profile."""
    return bool(
        not document.get("isMigrated")
        and all(document.get(name) for name in _COMPLETE)
        and all(
            tag.get("_id") and tag.get("name")
            for tag in safe_reading.objects(document.get("patientTags"))
        )
        and document.get("admins")
    )
