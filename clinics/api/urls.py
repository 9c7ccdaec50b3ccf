"""Routes of the app's operations."""

from django.urls import URLPattern

from clinics.api.clinic_urls import urlpatterns as clinic_urls
from clinics.api.patient_urls import urlpatterns as patient_urls

urlpatterns: list[URLPattern] = [*clinic_urls, *patient_urls]
