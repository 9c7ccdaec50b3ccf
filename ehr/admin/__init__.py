"""EHR pages for staff that both ways into the health record share. Importing registers them."""

from ehr.admin import clinic_panel, processing, requeues  # noqa: F401
