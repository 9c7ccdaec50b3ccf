"""The project: settings, routes, web server, staff site."""

from clinics_site import quick_start

quick_start.load_without_collecting_garbage()
quick_start.skip_geography()  # must run before Django's database backend is loaded
# These before anything else imports redis, structlog and httpcore2.
quick_start.skip_telemetry_of_redis()
quick_start.skip_libraries_of_tests()

from clinics_site.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
