"""App configuration."""

from django.apps import AppConfig

from kernel import registration


class WebhooksConfig(AppConfig):
    name = "webhooks"
    default_auto_field = "django_mongodb_backend.fields.ObjectIdAutoField"

    def ready(self) -> None:
        registration.load(
            self.name,
            "indexes",
            "events",
            "handlers",
            "metrics",
            "troubles",
            packages=("api.schemas",),
        )
