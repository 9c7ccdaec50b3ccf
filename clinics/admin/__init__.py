"""Clinics and their patients for staff. Importing registers the pages."""

from clinics.admin import (  # noqa: F401
    clinic_lists,
    clinic_pages,
    labels,
    members,
    patients,
    removals,
    settings,
    subjects,
    user_lookup,
)
