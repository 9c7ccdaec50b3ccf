"""App configuration."""

from django.apps import AppConfig

from kernel import registration


class PatientsConfig(AppConfig):
    name = "patients"
    default_auto_field = "django_mongodb_backend.fields.ObjectIdAutoField"

    def ready(self) -> None:
        registration.load(
            self.name,
            "indexes",
            "events",
            "handlers",
            "followers",
            "metrics",
            "daily",
            "bulk_jobs",
            "export_jobs",
            packages=("api.schemas",),
        )
