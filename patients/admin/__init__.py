"""Patients for staff. Importing registers the pages."""

from patients.admin import (  # noqa: F401
    bulk_creations,
    bulk_removals,
    bulk_tags,
    checks,
    demographics,
    other_clinics,
    patient_exports,
    patients,
    removals,
    saved_filters,
    subjects,
)
