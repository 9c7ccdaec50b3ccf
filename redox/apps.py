"""App configuration."""

from importlib import import_module

from django.apps import AppConfig


class RedoxConfig(AppConfig):
    name = "redox"
    default_auto_field = "django_mongodb_backend.fields.ObjectIdAutoField"

    def ready(self) -> None:
        for module in ("indexes", "events"):
            import_module(f"{self.name}.{module}")
