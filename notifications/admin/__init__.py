"""Mails for staff. Importing registers the pages."""

from notifications.admin import previews  # noqa: F401
