"""Patients for staff. Importing registers the pages."""

from patients.admin import patients, removals, subjects  # noqa: F401
