"""The project's own staff pages: the door, accounts, events, audit trail. Importing registers them."""

from clinics_site.admin import accounts, audit_trail, door, outbox_rows  # noqa: F401
from clinics_site.admin.sign_in import account_pages, reset_pages  # noqa: F401
