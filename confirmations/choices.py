"""The words of confirmations, each written once."""

from django.db.models import TextChoices


class ConfirmationType(TextChoices):
    """As it is stored and shown. One type may hold several kinds."""

    SIGNUP = "signup_confirmation"
    RESET = "password_reset"
    NO_ACCOUNT = "no_account"
    CARE_TEAM = "careteam_invitation"
    CLINICIAN = "clinician_invitation"


class Status(TextChoices):
    PENDING = "pending"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELED = "canceled"
