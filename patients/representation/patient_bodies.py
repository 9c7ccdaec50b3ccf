"""Validated request bodies to what the services take (rules PATIENT-12 to PATIENT-25)."""

from kernel.db import Document
from patients import fields
from patients.services.patient_details import PatientDetails, SharedPatient


def details_of(body: Document) -> PatientDetails:
    """`reviews`, `permissions` and the read-only parts of a record that is sent back are ignored."""
    return PatientDetails(fields.said_in(body))


def shared_patient_of(body: Document) -> SharedPatient:
    granted = body.get("permissions")
    known = {name: body[name] for name in fields.user_schemas() if name in body}
    return SharedPatient(
        permissions=None if granted is None else tuple(granted),
        is_migrated=body.get("isMigrated", False),
        legacy_clinician_id=body.get("legacyClinicianId"),
        said=fields.said_in(known),
    )
