"""The staff site."""

from django.conf import settings
from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite


class StaffSite(UnfoldAdminSite):
    site_title = "Clinics"
    site_header = "Clinics"
    index_title = "Clinic service"


def environment_label(request: HttpRequest) -> list[str]:
    """Test and production look alike; this says on every page which one it is."""
    kind = "danger" if settings.ENVIRONMENT == "production" else "info"
    return [settings.ENVIRONMENT, kind]
