"""The project: wiring and the shared kernel."""

from clinics_site import quick_start

quick_start.skip_geography()  # before anything loads Django's database backend

from clinics_site.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
