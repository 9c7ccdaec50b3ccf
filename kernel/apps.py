"""App configuration: an installed app, so that Django finds the templates, static files and tags of the staff pages."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "kernel"
