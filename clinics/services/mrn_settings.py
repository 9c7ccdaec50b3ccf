"""Whether a clinic's patients need an MRN of their own (rules CLINIC-54 to CLINIC-56)."""

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.services import access, closures
from clinics.services.clinics import change_clinic
from kernel import db, safe_reading
from kernel.db import Document
from kernel.errors import Conflict, NotFound
from patients.services import patients


def mrn_settings_of(clinic: ClinicDocument) -> Document:
    """Raises NotFound without settings; its message is not the one for an unknown clinic."""
    settings = safe_reading.mapping(clinic.get("mrnSettings"))
    if not settings:
        raise NotFound
    return settings


def update_mrn_settings(clinic_id: str | ObjectId, *, required: bool, unique: bool) -> Document:
    """Raises Conflict, and changes nothing, if MRNs are to be unique and are not."""
    settings = {"required": required, "unique": unique}

    def update() -> None:
        clinic = access.access_clinic(clinic_id)
        closures.require_free(clinic["_id"])
        was_unique = safe_reading.mapping(clinic.get("mrnSettings")).get("unique")
        if unique and not was_unique and patients.has_equal_mrns(clinic["_id"]):
            reason = "the clinic has patients with the same mrn"
            raise Conflict(reason)
        change_clinic(clinic["_id"], {"mrnSettings": settings})

    db.run_in_transaction(update)
    return settings
