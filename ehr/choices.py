"""The words of work for health record systems, each written once."""

from django.db.models import TextChoices


class Failure(TextChoices):
    """Why work failed that both ways into the health record do: the stored code, and what staff read."""

    REPORT_UNREACHABLE = "report_unreachable", "The report service cannot be reached"
