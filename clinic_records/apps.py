"""App configuration: an installed app, so that Django finds the templates of a clinic's pages."""

from django.apps import AppConfig


class ClinicRecordsConfig(AppConfig):
    name = "clinic_records"
