"""EHR pages for staff. Importing registers them."""

from redox.admin import clinic_panel, deliveries, records, requeues, runs, sync_start  # noqa: F401
