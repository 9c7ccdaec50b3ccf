"""The project: settings, routes, web server, staff site."""

from clinics_site import quick_start

quick_start.skip_geography()  # must run before Django's database backend is loaded

from clinics_site.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
