"""EHR pages for staff. Importing registers them."""

from redox.admin import (  # noqa: F401
    clinic_panel,
    deliveries,
    match_test,
    reasons,
    records,
    runs,
    sync_start,
)
