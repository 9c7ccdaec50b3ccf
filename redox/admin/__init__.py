"""EHR pages for staff. Importing registers them."""

from redox.admin import clinic_panel, deliveries, reasons, records, runs, sync_start  # noqa: F401
