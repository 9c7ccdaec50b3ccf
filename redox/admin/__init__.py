"""EHR pages for staff. Importing registers them."""

from redox.admin import (  # noqa: F401
    clinic_panel,
    clinic_sections,
    deliveries,
    match_test,
    outcomes,
    patient_panel,
    reasons,
    records,
    runs,
    sync_start,
)
