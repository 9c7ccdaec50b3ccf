"""What is done for speed alone is still needed: each test fails when its trick can be removed
(kernel/speed.py).

Nothing is timed. The tests check what the installed library would do; where it would only do more work, its
calls are counted, and the count is the same on every machine.
"""

import inspect
import json
import subprocess
import sys
from datetime import UTC, datetime

import bson
import pymongo
import pytest
from django.core.cache import caches
from django.core.cache.backends import redis
from django.core.cache.backends.base import BaseCache
from django.db import connections
from email_validator import validate_email

from clinics_site import quick_start
from kernel import clock, db, ratelimit, speed

TRICKS = [
    name
    for module in (speed, quick_start)
    for name, thing in vars(module).items()
    if getattr(thing, "__module__", "") == module.__name__ and not name.startswith("_")
]
# The state of a fresh process; this one has been changed already.
FRESH = """
import gc, json, sys
state = {"generations": gc.get_threshold(), "switching": sys.getswitchinterval()}
state["locked"] = getattr(sys, "_is_gil_enabled", lambda: True)()
import redis
state["telemetry"] = "opentelemetry" in sys.modules
import httpcore2, structlog
state["of_tests"] = [name for name in ("rich", "trio") if name in sys.modules]
from django.core.signals import request_finished, request_started
import django.core.cache, django.db
names = lambda signal: [getattr(receiver[1](), "__name__", "") for receiver in signal.receivers]
state["started"], state["finished"] = names(request_started), names(request_finished)
from kernel import speed
speed.collect_garbage_rarely()
speed.switch_threads_often()
state["frozen"], state["switching_often"] = gc.get_freeze_count(), sys.getswitchinterval()
import ctypes.util
state["searched"] = []
ctypes.util.find_library = state["searched"].append
import django_mongodb_backend.base
print(json.dumps(state))
"""


@pytest.fixture(scope="module")
def fresh():
    run = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, check=True, text=True)
    return json.loads(run.stdout)


def calls_of(action):
    """How many functions the action calls, Python's and compiled ones."""
    action()  # fills the caches first
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", TRICKS)
def test_every_trick_states_its_gain_and_when_to_remove_it_and_has_a_test(name):
    text = inspect.getdoc(getattr(speed, name, None) or getattr(quick_start, name))
    assert "Gain: " in text
    assert "Remove when: " in text
    assert f"test_{name}_is_still_needed".lower() in globals()


def test_collect_garbage_rarely_is_still_needed(fresh):
    assert fresh["generations"][2] > 0, (
        "this Python collects garbage in steps and never walks everything in one go: measure a page of patients without "
        "speed.collect_garbage_rarely, and remove it if nothing is lost"
    )
    assert fresh["frozen"] > 10_000


def test_load_without_collecting_garbage_is_still_needed(fresh):
    assert fresh["generations"][0] < 50_000, (
        "this Python collects as rarely by itself: remove quick_start.load_without_collecting_garbage"
    )


def test_skip_geography_is_still_needed(fresh):
    assert "gdal" in fresh["searched"], (
        "loading the backend searches for no geographic library: remove quick_start.skip_geography"
    )


def test_skip_telemetry_of_redis_is_still_needed(fresh):
    assert fresh["telemetry"], (
        "importing redis imports nothing of OpenTelemetry: remove quick_start.skip_telemetry_of_redis"
    )


def test_skip_libraries_of_tests_is_still_needed(fresh):
    assert fresh["of_tests"] == ["rich", "trio"], (
        "what is missing here is not imported any more: remove it from quick_start.skip_libraries_of_tests"
    )


def test_switch_threads_often_is_still_needed(fresh):
    assert fresh["locked"], "threads run side by side here: speed.switch_threads_often does nothing"
    assert fresh["switching"] > fresh["switching_often"], (
        "this Python switches threads as often by itself: remove speed.switch_threads_often"
    )


def test_remember_addresses_is_still_needed():
    calls = calls_of(lambda: ratelimit.normal_address.__wrapped__("2001:db8:1:2::3"))
    assert calls > 40, f"`ipaddress` needs {calls} calls now: remove speed.remember_addresses"
    assert ratelimit.normal_address("2001:db8:1:2::3") == "2001:db8:1:2::/64"


def test_leave_pools_alone_is_still_needed(fresh):
    no_longer_needed = (
        "this Django no longer does it around each request: remove it from speed.leave_pools_alone"
    )
    assert {"close_old_connections", "reset_queries"} <= {*fresh["started"]}, no_longer_needed
    assert {"close_old_connections", "close_caches"} <= {*fresh["finished"]}, no_longer_needed


def test_closing_the_pools_around_requests_would_do_nothing():
    client = db.client()
    connection = connections["default"]
    connection.close_if_unusable_or_obsolete()
    connection.close()
    must_close = "closing does something now, so it must happen around requests: change speed.leave_pools_alone"
    assert connection.connection is client, must_close
    for cache in caches.all():
        assert type(cache).close is BaseCache.close, must_close


def test_rediscache_is_still_needed():
    address = ["redis://127.0.0.1:1/0"]
    django_client, our_client = redis.RedisCacheClient(address), speed._RedisClient(address)
    assert django_client.get_client() is not django_client.get_client(), (
        "this Django keeps its Redis clients: use its RedisCache and remove speed.RedisCache"
    )
    assert our_client.get_client() is our_client.get_client()
    assert type(caches["default"]) is speed.RedisCache


def test_keep_collections_is_still_needed():
    client = pymongo.MongoClient("mongodb://127.0.0.1:1/", connect=False)
    assert client.get_database("one")["name"] is not client.get_database("one")["name"], (
        "this PyMongo keeps its collections: remove speed.keep_collections"
    )
    assert db.collection("one")._collection is db.collection("one")._collection
    client.close()


def test_with_naive_times_is_still_needed():
    document = bson.encode({"time": datetime(2026, 1, 2, tzinfo=UTC)})
    aware, naive = (
        bson.decode(document, codec_options=codec)["time"]
        for codec in (db._CODEC, speed.with_naive_times(db._CODEC))
    )
    assert (aware.tzinfo == UTC, naive.tzinfo) == (False, None), (
        "this PyMongo's times have Python's own UTC: measure a page of patients with aware times, and remove "
        "speed.with_naive_times if nothing is lost"
    )
    assert clock.format_time(aware) == clock.format_time(naive)
    assert calls_of(lambda: clock.format_time(aware)) > calls_of(lambda: clock.format_time(naive))


def test_is_plainly_canonical_is_still_needed():
    address = "ada.lovelace@mail.clinic-one.dev"
    assert speed.is_plainly_canonical(address)
    calls = calls_of(lambda: validate_email(address, check_deliverability=False))
    assert calls > 60, (
        f"this email-validator checks an address in {calls} calls: remove speed.is_plainly_canonical"
    )
