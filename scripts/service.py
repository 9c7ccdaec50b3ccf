"""The service's own processes: what they are called, how they are started, when they are ready."""

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scripts import local
from scripts.children import Child, Guard
from scripts.local import Problem

START_SECONDS = 90
_PYTHON = [sys.executable, "-m"]
COMMANDS = {
    "web": [*_PYTHON, "clinics_site.server"],
    "worker": [
        *(*_PYTHON, "celery", "-A", "clinics_site", "worker", "-Q", "default", "-n", "default@%h"),
        *("--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ],
    # A queue of its own: a long EHR sync does not keep mails waiting.
    "ehr-worker": [
        *(
            *_PYTHON,
            "celery",
            "-A",
            "clinics_site",
            "worker",
            "-Q",
            "ehr,merges,webhooks,jobs",
            "-n",
            "ehr@%h",
        ),
        *("--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ],
    "beat": [*_PYTHON, "celery", "-A", "clinics_site", "beat", "--pidfile="],
    "follower": [sys.executable, "manage.py", "follow"],
}


def command(name: str, run_folder: Path) -> list[str]:
    if name != "beat":
        return COMMANDS[name]
    return [*COMMANDS["beat"], "--schedule", str(run_folder / "beat")]


def spawn(name: str, *, environment: Mapping[str, str], folder: Path, guard: Guard | None) -> Child:
    """Start one process with its log `<name>.log` in `folder`."""
    log = folder / f"{name}.log"
    own = {**environment, **_metrics_port(name, environment)}
    return Child(name, command(name, folder), log=log, guard=guard, environment=own)


def _metrics_port(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """They are on one machine, so METRICS_PORT is the first of several; web does without."""
    first = environment.get("METRICS_PORT", "0")
    if first == "0" or not first.isdigit():
        return {}
    return {"METRICS_PORT": str(int(first) + list(COMMANDS).index(name) - 1)}


def base_environment(folder: Path, *, host: str, port: int) -> dict[str, str]:
    """The variables that all processes of one start share. Our own environment takes precedence."""
    (local.BASE / "staticfiles").mkdir(
        exist_ok=True
    )  # stays empty: finders serve the files of the apps
    metrics = folder / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)  # counts of processes that are gone
    metrics.mkdir(parents=True)
    own = {
        "HOST": host,
        "PORT": str(port),
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "PYTHONUNBUFFERED": "1",
    }
    return {**own, **os.environ}


def host_and_port() -> tuple[str, int]:
    text = os.environ.get("PORT", "8080")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Problem(f"PORT has to be a number from 1 to 65535, not {text!r}.")
    return os.environ.get("HOST", "127.0.0.1"), int(text)


def kept_environment(*, host: str, port: int) -> dict[str, str]:
    """The variables with which the data of this folder are read and written, from one start to the next."""
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
    return {
        "SECRET_KEY": local.secret("secret-key"),
        "TIDEPOOL_REDOX_VERIFICATION_TOKEN": local.secret("redox-verification-token"),
        "TIDEPOOL_XEALTH_ENABLED": "true",
        "TIDEPOOL_XEALTH_BEARER_TOKEN": local.secret("xealth-bearer-token"),
        "TIDEPOOL_APPLICATION_URL": address,
        "TIDEPOOL_ASSET_URL": f"{address}/static",
        # Django's default would print mails, and the secrets of their links, to the log.
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(local.folder("mail")),
    }


def read_by_it(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that the service reads, also from files, except the folder of its processes' metrics."""
    names = manage(["print_environment", "--names"], environment).split()
    exact = {form for name in names for form in (name, f"{name}_FILE")}
    exact.discard("PROMETHEUS_MULTIPROC_DIR")
    prefixes = tuple(name.removesuffix("*") for name in names if name.endswith("*"))
    return {
        name: value
        for name, value in environment.items()
        if (name in exact or name.startswith(prefixes)) and "\n" not in value
    }


def manage(
    arguments: Sequence[str], environment: Mapping[str, str], *, log: Path | None = None
) -> str:
    """Output of a management command. Raises Problem with its last line when it fails. Its log lines go to
    `log`, other errors do not."""
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        capture_output=True,
        text=True,
        env=dict(environment),
        cwd=local.BASE,
        check=False,
    )
    if log is not None:
        with log.open("a") as file:
            file.writelines(f"{line}\n" for line in result.stderr.split("\n") if line[:2] == '{"')
    if result.returncode != 0:
        raise Problem(_reason(result.stderr, arguments[0]))
    return result.stdout


def _reason(stderr: str, name: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    last = lines[-1] if lines else "no reason was given"
    return last.removeprefix("CommandError: ") + f" (manage.py {name})"


def wait_until_ready(watch: Callable[[], object], *, port: int) -> None:
    """`watch` is called again and again; it may raise Problem."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        watch()
        if is_ready(port):
            return
        time.sleep(0.1)
    raise Problem(
        f"The service did not get ready within {START_SECONDS} seconds; see {local.shown('log')}."
    )


def raise_if_dead(children: Sequence[Child]) -> None:
    for child in children:
        if not child.is_alive():
            raise Problem(f"{child.name} has ended; its log is {child.log}.")


def is_ready(port: int) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", "/ready")
        return link.getresponse().status == 200
    except OSError:
        return False
    finally:
        link.close()
