"""Routes of the app's operations."""

from django.urls import URLPattern

from clinics.api.patient_urls import urlpatterns as patient_urls

urlpatterns: list[URLPattern] = [*patient_urls]
