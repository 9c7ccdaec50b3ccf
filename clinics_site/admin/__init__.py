"""The project's own staff pages: accounts, outbox, audit trail. Importing registers them."""

from clinics_site.admin import accounts, audit_trail, outbox_rows  # noqa: F401
