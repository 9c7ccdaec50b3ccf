"""Invitations for staff. Importing registers the pages."""

from confirmations.admin import claim_links, invites, offers  # noqa: F401
