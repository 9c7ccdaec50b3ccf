"""The processes of the Helm chart, with the commands and settings that Helm renders, where only /tmp can be written."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts import local
from tests.deploy.test_chart import NEWEST, container, pods, rendered, variables
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.walk, pytest.mark.timeout(300)]
# A place of mounts of its own: /tmp is the folder $1, the project $2 and everything else are read-only.
ALONE = """
mount --make-rprivate / && mount --bind "$1" /tmp && mount --bind "$2" "$2" &&
mount -o remount,bind,ro "$2" && mount -o remount,bind,ro / && cd "$2" && shift 2 && exec "$@"
"""
SECRETS = "/run/secrets/clinics/"
UNSAFE = "a key of this test, which is long and not random"


@pytest.fixture
def chart(tmp_path, service):
    """chart.start(name) starts a process of the chart; all of them are ended."""
    (answer,) = rendered([{"values": {}, "kubernetes": NEWEST}])
    place = tmp_path / "tmp"
    place.mkdir()
    command = ["unshare", "--mount", "sh", "-c", ALONE, "sh", place, local.BASE]
    if subprocess.run([*command, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this needs mounts of its own, which only root may have here")
    keep_secrets(place, service)
    started = {}

    def environment(name):
        given = {
            variable: value.replace(SECRETS, "/tmp/")  # noqa: S108
            for variable, value in variables(pods(answer["objects"])[name]).items()
        }
        names = ("TIDEPOOL_CLINIC_DATABASE_NAME", "BROKER_KEY_PREFIX")
        ports = {"PORT": str(service.port), "HEALTH_PORT": str(service.health_port)}
        ports = ports if name == "web" else {"METRICS_PORT": str(local.free_port())}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        own = {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "HOST": "127.0.0.1"}
        return {**given, **own, **ports, **{one: os.environ[one] for one in names}}

    def start(name):
        words = container(pods(answer["objects"])[name])["command"]
        own = environment(name)
        with (tmp_path / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                [*command, *words], env=own, stdout=log, stderr=log, start_new_session=True
            )
        started[name] = SimpleNamespace(process=process, environment=own)

    yield SimpleNamespace(start=start, started=started, folder=tmp_path, place=place)
    for one in started.values():
        with suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait()


def keep_secrets(place, service):
    values = {
        "secret-key": UNSAFE,
        "audit-key": f"another {UNSAFE}",
        "metrics-token": "a token of this test",
        "mongodb-uri": service.env["MONGODB_URI"],
        "redis-url": service.env["REDIS_URL"],
    }
    for name, value in values.items():
        (place / name).write_text(value)


def is_healthy(name, one):
    assert one.process.poll() is None, f"{name} has ended"
    words = [sys.executable, "deploy/probe.py", "web" if name == "web" else "background"]
    done = subprocess.run(words, cwd=local.BASE, env=one.environment, check=False)
    return done.returncode == 0


def test_each_process_works_and_ends_in_order_where_only_one_folder_can_be_written(chart):
    for name in ("web", "worker", "ehr-worker", "beat", "follower"):
        chart.start(name)
    for name, one in chart.started.items():
        eventually(lambda name=name, one=one: is_healthy(name, one), within=90, every=1)
    for one in chart.started.values():
        one.process.terminate()
    assert {name: one.process.wait(60) for name, one in chart.started.items()} == dict.fromkeys(
        chart.started, 0
    )
    for name in chart.started:
        log = (chart.folder / f"{name}.log").read_text()
        assert "Read-only file system" not in log
        assert "Traceback" not in log
    assert [path.name for path in chart.place.glob("clinics-metrics-*")] == []
