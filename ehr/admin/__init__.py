"""EHR pages for staff that both ways into the health record share. Importing registers them."""

from ehr.admin import (  # noqa: F401
    bulk,
    clinic_page,
    clinic_panel,
    clinic_patients,
    processing,
    requeues,
    summary_panel,
)
