"""What a process imports when it starts: libraries that few requests need wait until one needs them."""

import os
import subprocess
import sys

LATER = ("reportlab", "uharfbuzz", "PIL", "xlsxwriter", "qrcode", "opentelemetry", "sentry_sdk")
STARTED = """
import sys
import clinics_site.celery
import clinics_site.wsgi
from django.urls import get_resolver

get_resolver().url_patterns
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_libraries_that_few_requests_need_are_imported_by_the_first_of_them():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "clinics_site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", STARTED], env=environment, capture_output=True, text=True, check=True
    )
    imported = done.stdout.split()
    assert "rest_framework" in imported
    assert [name for name in LATER if name in imported] == []
