"""Invitations for staff. Importing registers the pages."""

from confirmations.admin import account_steps, claim_links, invites, offers  # noqa: F401
