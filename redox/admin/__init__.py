"""EHR pages for staff. Importing registers them."""

from redox.admin import deliveries, panels, records, requeues, runs, starts  # noqa: F401
