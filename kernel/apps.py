"""App configuration: an installed app, so that Django finds the templates, static files and tags of the staff pages."""

from django.apps import AppConfig

from kernel import registration


class KernelConfig(AppConfig):
    name = "kernel"

    def ready(self) -> None:
        registration.load(self.name, "events", "handlers")
