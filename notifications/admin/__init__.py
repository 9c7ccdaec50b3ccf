"""Mails for staff. Importing registers the pages."""

from notifications.admin import connection_mails, previews, sent  # noqa: F401
