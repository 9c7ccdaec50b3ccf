"""Patients for staff. Importing registers the pages."""

from patients.admin import checks, demographics, patients, removals, subjects  # noqa: F401
