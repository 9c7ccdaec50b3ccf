"""What a process imports when it starts: libraries that few requests need wait until one needs them."""

import os
import subprocess
import sys

import pytest

LATER = ("reportlab", "uharfbuzz", "PIL", "xlsxwriter", "qrcode", "opentelemetry", "sentry_sdk")
OF_TESTS = ("rich", "trio")
STARTED = """
import gc
import sys
import clinics_site.celery
import clinics_site.wsgi
from django.urls import get_resolver

get_resolver().url_patterns
print(sum(generation["collections"] for generation in gc.get_stats()))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def started():
    """How often garbage was collected, and the names of the imported packages."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "clinics_site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", STARTED], env=environment, capture_output=True, text=True, check=True
    )
    collections, *imported = done.stdout.split()
    return int(collections), imported


def test_a_start_collects_garbage_a_few_times_only(started):
    collections, _ = started
    assert collections < 100, (
        "it is 20, and 450 without quick_start.load_without_collecting_garbage"
    )


def test_libraries_that_few_requests_need_are_imported_by_the_first_of_them(started):
    _, imported = started
    assert "rest_framework" in imported
    assert [name for name in LATER if name in imported] == []


def test_libraries_of_tests_are_as_absent_as_in_production(started):
    _, imported = started
    assert [name for name in OF_TESTS if name in imported] == []
