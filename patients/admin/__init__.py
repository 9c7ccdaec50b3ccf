"""Patients for staff. Importing registers the pages."""

from patients.admin import checks, patients, removals, subjects  # noqa: F401
