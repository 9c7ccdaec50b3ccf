"""Staff pages of merges. Importing registers them."""

from merges.admin import choosing, clinic_panel, downloads, jobs, plans  # noqa: F401
