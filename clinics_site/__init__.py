"""The project: wiring and the shared kernel."""

from clinics_site.celery import app as celery_app

__all__ = ["celery_app"]
