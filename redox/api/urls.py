"""Routes of the app's operations."""

from kernel.api.viewsets import route
from redox.api.redox import EhrViewSet, RedoxWebhookViewSet

urlpatterns = [
    route("/v1/redox", RedoxWebhookViewSet, post="receive"),
    route("/v1/redox/verify", RedoxWebhookViewSet, post="verify"),
    route("/v1/redox/match", EhrViewSet, post="match"),
    route("/v1/clinics/<clinicId>/ehr/sync", EhrViewSet, post="sync_clinic"),
    route("/v1/patients/<patientId>/ehr/sync", EhrViewSet, post="sync_patient"),
]
