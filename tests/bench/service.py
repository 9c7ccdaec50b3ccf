"""The service as `make run` starts its web process and follower, on a database of its own, and the seeded clinics."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pymongo

from patients import kept
from scripts import servers
from scripts import service as processes
from tests.bench.meters import Meters
from tests.bench.scenarios import XEALTH_SECRET

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "bench_clinic"


def environment() -> dict[str, str]:
    mongodb, redis = servers.for_tests()
    return {
        **{k: v for k, v in os.environ.items() if not k.endswith("_ADDRESS")},
        "MONGODB_URI": mongodb,
        "REDIS_URL": f"{redis}/0",
        "TIDEPOOL_CLINIC_DATABASE_NAME": DATABASE,
        "DJANGO_SETTINGS_MODULE": "clinics_site.settings",
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "LOG_LEVEL": "INFO",
        "TIDEPOOL_XEALTH_ENABLED": "true",
        "TIDEPOOL_XEALTH_BEARER_TOKEN": XEALTH_SECRET,
    }


WORKERS = ("worker", "ehr-worker", "beat")


@contextmanager
def running(env: dict[str, str], port: int, others: Sequence[str] = ()) -> Iterator[Meters]:
    """Start the web process, the follower and `others` with the project's own commands; end them with the block."""
    with ExitStack() as stack:
        started = [stack.enter_context(_process(name, env)) for name in ("follower", *others)]
        web = stack.enter_context(_process("web", {**env, "PORT": str(port)}))
        _wait_until_ready(web, port)
        _wait_until_followed(env)
        yield Meters(
            pymongo.MongoClient(env["MONGODB_URI"]),
            web.pid,
            redis_url=env["REDIS_URL"],
            others=[process.pid for process in started],
        )


@contextmanager
def _process(name: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with (ROOT / ".local" / f"bench-{name}.log").open("wb") as log:
        process = subprocess.Popen(
            processes.command(name, ROOT / ".local"), cwd=ROOT, env=env, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        if process.poll() is not None:
            sys.exit("the web process ended; see .local/bench-web.log")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2)
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    sys.exit("the service does not become ready; see .local/bench-web.log")


def _wait_until_followed(env: dict[str, str]) -> None:
    """A follower that begins reads all records once, which would disturb what is measured."""
    followers = database(env)["followers"]
    for _ in range(3600):
        row = followers.find_one({"_id": kept.FOLLOWER}) or {}
        if row.get("followedTime") and row.get("rescanTime") is None:
            return
        time.sleep(0.5)
    sys.exit("the follower does not come to an end; see .local/bench-follower.log")


def database(env: dict[str, str]) -> Any:
    return pymongo.MongoClient(env["MONGODB_URI"])[DATABASE]
