"""EHR pages for staff. Importing registers them."""

from redox.admin import panels, records, runs  # noqa: F401
