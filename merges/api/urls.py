"""Routes of the app's operations."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
