"""The words of what goes wrong with Redox, each written once."""

from django.db.models import TextChoices


class Failure(TextChoices):
    """Why work failed, beside the reasons of every EHR work (ehr/choices.py)."""

    MESSAGE_UNREADABLE = "message_unreadable", "The message cannot be read, so nothing was done"
    NO_SOURCE = "no_source", "The order does not say which source it is from"
    NO_CLINIC = "no_clinic", "No clinic with an active Redox connection has this source"
    NO_DESTINATIONS = "no_destinations", "The clinic's EHR settings name no destination to send to"
    REDOX_UNREACHABLE = "redox_unreachable", "Redox cannot be reached"
    NO_UPLOAD_ADDRESS = (
        "redox_upload_without_address",
        "Redox took the report and did not say where it is",
    )
    TOKEN_UNREADABLE = "redox_token_unreadable", "Redox gave no access token"
