"""What a process imports when it starts: libraries that few requests need wait until one needs them."""

import json
import os
import subprocess
import sys

import pytest

LATER = ("reportlab", "uharfbuzz", "PIL", "xlsxwriter", "qrcode", "opentelemetry", "sentry_sdk")
OF_TESTS = ("rich", "trio")
STARTED = """
import gc, json, sys
packages = lambda: sorted({name.partition(".")[0] for name in sys.modules})
import clinics_site.server
import clinics_site.settings
master = packages()
import clinics_site.celery
import clinics_site.wsgi
from django.urls import get_resolver

get_resolver().url_patterns
collections = sum(generation["collections"] for generation in gc.get_stats())
print(json.dumps({"collections": collections, "master": master, "worker": packages()}))
"""


@pytest.fixture(scope="module")
def started():
    """How often garbage was collected, and the packages that the master of the web processes and one of them import."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "clinics_site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", STARTED], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_a_start_collects_garbage_a_few_times_only(started):
    assert started["collections"] < 100, (
        "it is 20, and 450 without quick_start.load_without_collecting_garbage"
    )


def test_libraries_that_few_requests_need_are_imported_by_the_first_of_them(started):
    assert "rest_framework" in started["worker"]
    assert [name for name in LATER if name in started["worker"]] == []


def test_the_master_of_the_web_processes_loads_no_part_of_the_api(started):
    assert "pymongo" in started["master"]  # it asks whether the database answers
    assert "rest_framework" not in started["master"]


def test_libraries_of_tests_are_as_absent_as_in_production(started):
    assert [name for name in OF_TESTS if name in started["worker"]] == []
