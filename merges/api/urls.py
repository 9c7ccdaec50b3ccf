"""Routes of the app's operations."""

from django.urls import URLPattern

from kernel.api.viewsets import route
from merges.api.merges import MergeViewSet
from merges.api.reports import MergeReportViewSet

_CLINIC = "/v1/clinics/<clinicId>"

urlpatterns: list[URLPattern] = [
    route(f"{_CLINIC}/reports/merge", MergeReportViewSet, post="generate"),
    route(f"{_CLINIC}/merge", MergeViewSet, post="merge"),
]
