"""App configuration."""

from django.apps import AppConfig

from kernel import registration


class XealthConfig(AppConfig):
    name = "xealth"
    default_auto_field = "django_mongodb_backend.fields.ObjectIdAutoField"

    def ready(self) -> None:
        registration.load(
            self.name,
            "kinds",
            "indexes",
            "events",
            "handlers",
            "daily",
            "services.enrolment_runs",
            "checks",
            "management.ehr",
            packages=("api.schemas",),
        )
