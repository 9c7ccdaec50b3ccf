"""Patients for staff. Importing registers the pages."""

from patients.admin import (  # noqa: F401
    bulk_tags,
    checks,
    demographics,
    patient_exports,
    patients,
    removals,
    subjects,
)
