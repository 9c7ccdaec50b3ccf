"""Values of fields in clinics and their settings; those that patients need too are in `clinic_records.choices`."""

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
    """The number of patients with diabetes, as stated by the clinic."""

    SMALL = "0-249", "0-249"
    MEDIUM = "250-499", "250-499"
    LARGE = "500-999", "500-999"
    VERY_LARGE = "1000+", "1000+"


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
    """The event type with which the health record gets a report after an upload."""

    NEW = "New", "is a new one"
    REPLACE = "Replace", "replaces the one before"


class Procedure(TextChoices):
    """What an order can request: the names of the settings with the procedure codes."""

    ENABLE_REPORTS = "enableSummaryReports", "Enable summary reports"
    DISABLE_REPORTS = "disableSummaryReports", "Disable summary reports"
    CREATE_ACCOUNT = "createAccount", "Create account"
    CREATE_AND_ENABLE = "createAccountAndEnableReports", "Create account and enable reports"


class Destination(TextChoices):
    """Kinds of messages to Redox; each has its own destination."""

    FLOWSHEET = "flowsheet"
    RESULTS = "results"
    NOTES = "notes"


# Stored field -> its possible values.
CHOICES = {
    "clinicType": frozenset(ClinicType.values),
    "clinicSize": frozenset(ClinicSize.values),
    "timezone": frozenset(TIMEZONES),
    "PreferredBgUnits": frozenset(GlucoseUnits.values),
    "tier": frozenset(Tier.values),
}
