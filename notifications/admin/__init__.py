"""Mails for staff. Importing registers the pages."""

from notifications.admin import previews, sent  # noqa: F401
