"""Values of fields in a clinic's record."""

from django.db.models import TextChoices


class Tier(TextChoices):
    FREE = "tier0100", "Free"
    STANDARD = "tier0200", "Standard"
    PREMIUM = "tier0300", "Premium"
    ENTERPRISE = "tier0400", "Enterprise"

    @classmethod
    def label_of(cls, code: str, unknown: str = "") -> str:
        return dict(cls.choices).get(code, unknown)


class GlucoseUnits(TextChoices):
    MG_DL = "mg/dL", "mg/dL"
    MMOL_L = "mmol/L", "mmol/L"


class EhrProvider(TextChoices):
    """The provider through which a clinic is connected to its health record system."""

    REDOX = "redox", "Redox"
    XEALTH = "xealth", "Xealth"


class ClosureRole(TextChoices):
    """What a clinic is in the merge that holds it."""

    SOURCE = "source"
    TARGET = "target"
