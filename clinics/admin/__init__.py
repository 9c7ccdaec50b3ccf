"""Clinics for staff. Importing registers the pages."""

from clinics.admin import (  # noqa: F401
    accesses,
    bulk_moves,
    bulk_roles,
    clinic_lists,
    clinic_pages,
    finding,
    jobs_in_progress,
    leads,
    legacy_accounts,
    members,
    patient_moves,
    people_meant,
    removals,
    service_accounts,
    settings,
    subjects,
    tags_and_sites,
    user_lookup,
)
from patients.admin import patients  # noqa: F401
