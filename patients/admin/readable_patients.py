"""A stored patient as staff pages read it: values that cannot be read are left out, and the page shows the rest."""

from clinic_records.admin.readable_clinics import readable
from kernel.db import Document
from patients import fields
from patients.services import patients

_SHAPES = fields.shapes()


def access_patient(clinic_id: str, user_id: str) -> Document:
    """Raises NotFound."""
    return patient(patients.access_patient(clinic_id, user_id))


def patient(document: Document) -> Document:
    return readable("patient", document, _SHAPES)
