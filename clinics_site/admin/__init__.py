"""The project's own staff pages: the door, accounts, events, audit trail. Importing registers them."""

from clinics_site.admin import accounts, audit_trail, door, outbox_rows  # noqa: F401
