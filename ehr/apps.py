"""App configuration."""

from django.apps import AppConfig


class EhrConfig(AppConfig):
    name = "ehr"
    default_auto_field = "django_mongodb_backend.fields.ObjectIdAutoField"
