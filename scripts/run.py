"""`make run` and `make serve`: everything the service needs, in one terminal, until Ctrl-C.

    python -m scripts.run [--demo]

MongoDB and Redis are started unless MONGODB_URI and REDIS_URL name others. `--demo` fills the database with an
invented clinic. Mails are kept as files unless EMAIL_BACKEND says otherwise. Data, logs and secrets stay in `.local`.
"""

import argparse
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from scripts import local, servers, service
from scripts.children import Child, Guard, end_all
from scripts.local import Problem

DEMO_PATIENT = "d3a0c11e57"  # the account that every new clinic gets as its demo patient


class Stopped(BaseException):
    """Someone wants us to end."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true")
    demo: bool = parser.parse_args().demo
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    local.keep_private()
    guard = Guard()
    started: list[Child] = []
    try:
        with _only_one():
            _run(demo=demo, guard=guard, started=started)
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except Stopped:
        return 0
    finally:
        _end(started, guard)


def _stop(number: int, frame: Any) -> NoReturn:
    raise Stopped


def _run(*, demo: bool, guard: Guard, started: list[Child]) -> None:
    host, port = os.environ.get("HOST", "127.0.0.1"), _port()
    if not local.is_free(host, port):
        raise Problem(
            f"Port {port} is taken: end what uses it, or choose another one, "
            f"for example `PORT={port + 1} make {'run' if demo else 'serve'}`."
        )
    clock = Clock()
    environment = _environment(host, port, demo=demo)
    own = servers.start(
        guard=guard, mongodb="MONGODB_URI" not in environment, redis="REDIS_URL" not in environment
    )
    started += own.started
    environment.setdefault("MONGODB_URI", own.mongodb_uri)
    environment.setdefault("REDIS_URL", own.redis_url)
    clock.say("MongoDB and Redis answer")
    service.manage(["migrate", "--verbosity", "0"], environment)
    clock.say("database is migrated, indexes are in place")
    logs = local.folder("log")
    processes = [
        service.spawn(name, environment=environment, folder=logs, guard=guard)
        for name in service.COMMANDS
    ]
    started += processes
    local.remember_environment({name: environment[name] for name in _REMEMBERED})
    demo_data = _seed(environment) if demo else {}
    if demo:
        clock.say("demo clinic is filled")
    service.wait_until_ready(started, port=port)
    clock.say("web, two workers and scheduler run")
    print(_welcome(f"http://{host}:{port}", demo_data), flush=True)
    while True:
        service.raise_if_dead(started)
        time.sleep(0.3)


class Clock:
    """Progress lines with the time each step took."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def say(self, text: str) -> None:
        now = time.monotonic()
        print(f"  {text} ({now - self._last:.1f} s)", flush=True)
        self._last = now


def _port() -> int:
    text = os.environ.get("PORT", "8080")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Problem(f"PORT has to be a number from 1 to 65535, not {text!r}.")
    return int(text)


# What `manage.py` in another terminal needs to work on the same data.
_REMEMBERED = (
    "MONGODB_URI",
    "REDIS_URL",
    "SECRET_KEY",
    "TIDEPOOL_REDOX_VERIFICATION_TOKEN",
    "TIDEPOOL_APPLICATION_URL",
    "TIDEPOOL_WEBAPP_URL",
    "TIDEPOOL_ASSET_URL",
)


def _environment(host: str, port: int, *, demo: bool) -> dict[str, str]:
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
    own = {
        "SECRET_KEY": local.secret("secret-key"),
        "TIDEPOOL_REDOX_VERIFICATION_TOKEN": local.secret("redox-verification-token"),
        "TIDEPOOL_APPLICATION_URL": address,
        "TIDEPOOL_WEBAPP_URL": address,
        "TIDEPOOL_ASSET_URL": f"{address}/static",
        # Django's own choice would print mails, and the secrets of their links, to the log.
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(local.folder("mail")),
    }
    if demo:
        own["CLINIC_DEMO_PATIENT_USER_ID"] = DEMO_PATIENT
    return {**own, **service.base_environment(local.folder("run"), host=host, port=port)}


def _seed(environment: dict[str, str]) -> dict[str, Any]:
    local.secret("admin-password")
    password_file = local.LOCAL / "secrets" / "admin-password"
    output = service.manage(["seed_demo", "--password-file", str(password_file)], environment)
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def _welcome(address: str, demo: dict[str, Any]) -> str:
    lines = ["", f"The clinic service runs at {address}", ""]
    if demo:
        clinic = f"{address}/v1/clinics/{demo['clinicId']}"
        lines += [
            f"  admin          {address}/admin/   user {demo['admin']}, password {demo['password']}",
            f"  API            {address}/docs",
            f"  backend token  {demo['backendToken']}",
            f"  clinic admin   {demo['adminToken']}",
            "  mails          .local/mail",
            "",
            "Try:",
            "",
            f"  curl -H 'x-tidepool-session-token: {demo['adminToken']}' {clinic}",
            f"  curl -H 'x-tidepool-session-token: {demo['adminToken']}' '{clinic}/patients?limit=2&pretty'",
            f"  curl -X POST -i -H 'x-tidepool-session-token: {demo['backendToken']}' {clinic}/ehr/sync",
        ]
    else:
        lines += [
            f"  admin    {address}/admin/   (.venv/bin/python manage.py createsuperuser)",
            f"  API      {address}/docs",
            "  account  .venv/bin/python manage.py create_user --email ada@example.org --name 'Ada Admin'",
            "  token    .venv/bin/python manage.py token --user ada@example.org | --server",
            "  mails    .local/mail, unless EMAIL_BACKEND says otherwise",
        ]
    return "\n".join(
        [*lines, "", "Logs are in .local/log. Ctrl-C ends everything and keeps the data."]
    )


@contextmanager
def _only_one() -> Iterator[None]:
    """Two starts in one working copy would share data and scheduler. The lock ends with the process."""
    with (local.folder("run") / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(
                "The service already runs in this folder: end it with Ctrl-C there first."
            ) from None
        yield


def _end(started: list[Child], guard: Guard) -> None:
    """The service's processes first, so that the servers see the last of their work."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if started:
        print("\nEnding ...", flush=True)
        local.forget_environment()
    end_all([child for child in started if child.name in service.COMMANDS])
    end_all([child for child in started if child.name not in service.COMMANDS], patience=30)
    guard.close()


if __name__ == "__main__":
    sys.exit(main())
