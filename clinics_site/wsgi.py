"""Django's WSGI application, as clinics_site/web calls it."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinics_site.settings")
django.setup(set_prefix=False)


class Application(WSGIHandler):
    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = super().get_response(request)
        response.headers["Server"] = "clinics"  # does not name the software
        return response


application = Application()
