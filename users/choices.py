"""The words of accounts, each written once."""

from django.db.models import TextChoices


class AccountRole(TextChoices):
    PATIENT = "patient"
    CUSTODIAL = "custodial_account"
    CLINICIAN = "clinician"
    LEGACY_CLINIC = "clinic"
    MIGRATED_CLINIC = "migrated_clinic"
    BROKERED = "brokered"


class Grant(TextChoices):
    """What an account lets another one do. ROOT is the owner's own."""

    ROOT = "root"
    CUSTODIAN = "custodian"
    VIEW = "view"
    UPLOAD = "upload"
    NOTE = "note"
    FOLLOW = "follow"
