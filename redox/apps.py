"""App configuration."""

from django.apps import AppConfig

from kernel import registration


class RedoxConfig(AppConfig):
    name = "redox"
    default_auto_field = "django_mongodb_backend.fields.ObjectIdAutoField"

    def ready(self) -> None:
        registration.load(
            self.name,
            "kinds",
            "indexes",
            "events",
            "handlers",
            "daily",
            "services.address_runs",
            "management.ehr",
            packages=("api.schemas",),
        )
