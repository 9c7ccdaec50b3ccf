"""Clinics for staff. Importing registers the pages."""

from clinics.admin import (  # noqa: F401
    clinic_lists,
    clinic_pages,
    labels,
    members,
    removals,
    settings,
    subjects,
    user_lookup,
)
from patients.admin import patients  # noqa: F401
