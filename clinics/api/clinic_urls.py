"""Routes of the operations on clinics and everything inside them but patients."""

from django.urls import URLPattern

from clinics.api.clinics import (
    ClinicsViewSet,
    ClinicViewSet,
    MembershipRestrictionsViewSet,
    ShareCodeViewSet,
    SuppressedNotificationsViewSet,
    TierViewSet,
)
from clinics_site.core.api.viewsets import route

_CLINIC = "/v1/clinics/<clinicId>"

urlpatterns: list[URLPattern] = [
    route("/v1/clinics", ClinicsViewSet, get="page", post="create"),
    route("/v1/clinics/share_code/<shareCode>", ShareCodeViewSet, get="retrieve"),
    route(_CLINIC, ClinicViewSet, get="retrieve", put="update"),
    route(f"{_CLINIC}/tier", TierViewSet, post="update"),
    route(f"{_CLINIC}/suppressed_notifications", SuppressedNotificationsViewSet, post="update"),
    route(
        f"{_CLINIC}/membership_restrictions",
        MembershipRestrictionsViewSet,
        get="retrieve",
        put="update",
    ),
]
