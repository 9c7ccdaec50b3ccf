"""The words of clinics and of their settings, each written once (`clinic_records.choices` has those that patients need
too)."""

from django.db.models import TextChoices

from clinic_records.choices import GlucoseUnits, Tier
from clinics.timezones import TIMEZONES


class ClinicType(TextChoices):
    PROVIDER_PRACTICE = "provider_practice"
    HEALTHCARE_SYSTEM = "healthcare_system"
    VETERINARY_CLINIC = "veterinary_clinic"
    OTHER = "other"
    RESEARCHER = "researcher"


class ClinicSize(TextChoices):
    """Patients with diabetes, as the clinic says of itself."""

    SMALL = "0-249"
    MEDIUM = "250-499"
    LARGE = "500-999"
    VERY_LARGE = "1000+"


class MigrationStatus(TextChoices):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"


class ReportCadence(TextChoices):
    """How often scheduled reports are sent."""

    DAILY = "1d", "every day"
    WEEKLY = "7d", "every 7 days"
    TWO_WEEKLY = "14d", "every 14 days"
    MONTHLY = "30d", "every 30 days"
    NEVER = "DISABLED", "never"


class NoteEvent(TextChoices):
    """What a report after an upload is to the health record."""

    NEW = "New", "is a new one"
    REPLACE = "Replace", "replaces the one before"


class Procedure(TextChoices):
    """What an order can ask for: names of the setting that holds the procedure's code."""

    ENABLE_REPORTS = "enableSummaryReports", "Enable summary reports"
    DISABLE_REPORTS = "disableSummaryReports", "Disable summary reports"
    CREATE_ACCOUNT = "createAccount", "Create account"
    CREATE_AND_ENABLE = "createAccountAndEnableReports", "Create account and enable reports"


class Destination(TextChoices):
    """Kinds of messages to Redox, each with a destination of its own."""

    FLOWSHEET = "flowsheet"
    RESULTS = "results"
    NOTES = "notes"


# Stored field -> what it may hold.
CHOICES = {
    "clinicType": frozenset(ClinicType.values),
    "clinicSize": frozenset(ClinicSize.values),
    "timezone": frozenset(TIMEZONES),
    "PreferredBgUnits": frozenset(GlucoseUnits.values),
    "tier": frozenset(Tier.values),
}
