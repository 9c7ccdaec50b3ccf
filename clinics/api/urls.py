"""Routes of the app's operations. They are tried one after the other, so what is asked most stands first."""

from django.urls import URLPattern

from clinics.api.clinic_urls import urlpatterns as clinic_urls
from clinics.api.patient_urls import urlpatterns as patient_urls

urlpatterns: list[URLPattern] = [*patient_urls, *clinic_urls]
