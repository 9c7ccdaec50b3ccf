"""The words of a clinic's own fields, each written once (`clinic_records.choices` has those that patients need too)."""

from django.db.models import TextChoices

from clinic_records.choices import Tier
from clinics.timezones import TIMEZONES
from patients.representation.glycemic_ranges import UNITS


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


# Stored field -> what it may hold.
CHOICES = {
    "clinicType": frozenset(ClinicType.values),
    "clinicSize": frozenset(ClinicSize.values),
    "timezone": frozenset(TIMEZONES),
    "PreferredBgUnits": frozenset(UNITS),
    "tier": frozenset(Tier.values),
}
