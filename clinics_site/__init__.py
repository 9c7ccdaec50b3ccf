"""The project: settings, routes, web server, staff site."""

from clinics_site import quick_start

quick_start.load_without_collecting_garbage()
quick_start.skip_geography()  # must run before Django's database backend is loaded
quick_start.skip_telemetry_of_redis()  # and this before anything else imports redis

from clinics_site.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
