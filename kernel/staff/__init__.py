"""The staff pages that belong to no app: login, accounts, events, audit trail. Importing this package
registers them."""

from kernel.staff import accounts, audit_trail, job_pages, logins, outbox_rows, role_matrix  # noqa: F401
from kernel.staff.sign_in import account_pages, reset_pages  # noqa: F401
