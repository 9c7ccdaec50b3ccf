"""`make run` and `make serve`: everything the service needs, in one terminal, until Ctrl-C.

    python -m scripts.run [--demo]

MongoDB and Redis are started unless MONGODB_URI and REDIS_URL name others. `--demo` fills the database with an
invented clinic. Mails are kept as files unless EMAIL_BACKEND says otherwise. Data, logs and secrets stay in `.local`.
"""

import argparse
import json
import os
import signal
import sys
import time
from typing import Any, NoReturn

from scripts import local, servers, service
from scripts.children import Child, Guard, end_all
from scripts.keeper import Keeper
from scripts.local import Problem

DEMO_PATIENT = "d3a0c11e57"  # the account that every new clinic gets as its demo patient


class Stopped(BaseException):
    """Ctrl-C or SIGTERM."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true")
    demo: bool = parser.parse_args().demo
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    local.keep_private()
    try:
        with local.only_one():
            return _run_until_ended(demo=demo)
    except Problem as problem:
        return _tell(problem)
    except Stopped:
        return 0


def _run_until_ended(*, demo: bool) -> int:
    guard = Guard()
    started: list[Child] = []
    earlier = local.remembered_environment()
    try:
        _run(demo=demo, guard=guard, started=started)
    except Problem as problem:
        return _tell(problem)
    except Stopped:
        return 0
    finally:
        _end(started, guard, earlier)


def _tell(problem: Problem) -> int:
    print(f"\n{problem}", file=sys.stderr)
    return 1


def _stop(number: int, frame: Any) -> NoReturn:
    raise Stopped


def _run(*, demo: bool, guard: Guard, started: list[Child]) -> NoReturn:
    host, port = service.host_and_port()
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
    logs = local.folder("log")
    service.manage(["migrate", "--verbosity", "0"], environment, log=logs / "migrate.log")
    clock.say("database is migrated, indexes are in place")
    processes = [
        service.spawn(name, environment=environment, folder=logs, guard=guard)
        for name in service.COMMANDS
    ]
    started += processes
    local.remember_environment(service.read_by_it(environment))
    demo_data = _seed(environment) if demo else {}
    if demo:
        clock.say("demo clinic is filled")
    keeper = Keeper(started)
    service.wait_until_ready(keeper.look, port=port)
    clock.say("web, two workers, scheduler and follower run")
    print(_welcome(f"http://{host}:{port}", demo_data), flush=True)
    while True:
        keeper.look()
        time.sleep(0.3)


class Clock:
    """Progress lines with the time each step took."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def say(self, text: str) -> None:
        now = time.monotonic()
        print(f"  {text} ({now - self._last:.1f} s)", flush=True)
        self._last = now


def _environment(host: str, port: int, *, demo: bool) -> dict[str, str]:
    own = service.kept_environment(host=host, port=port)
    if demo:
        own["CLINIC_DEMO_PATIENT_USER_ID"] = DEMO_PATIENT
    return {**own, **service.base_environment(local.folder("run"), host=host, port=port)}


def _seed(environment: dict[str, str]) -> dict[str, Any]:
    local.secret("admin-password")
    password_file = local.LOCAL / "secrets" / "admin-password"
    output = service.manage(["seed_demo", "--password-file", str(password_file)], environment)
    seeded: dict[str, Any] = json.loads(output.splitlines()[-1])
    return seeded


def _welcome(address: str, demo: dict[str, Any]) -> str:
    lines = ["", f"The clinic service runs at {address}", ""]
    if demo:
        lines += [
            f"  admin          {address}/admin/   user {demo['admin']}, password {demo['password']}",
            f"  API            {address}/docs",
            f"  mails          {local.shown('mail')}; their links lead to {address}/login",
            f"  people         each with the password {demo['peoplePassword']}, until it is changed",
            *(f"    {person['email']:<24} {person['who']}" for person in demo["people"]),
            "",
            "The tour of README.md begins with this line, in another terminal, in this folder:",
            "",
            f"  export API={address}/v1 CLINIC={demo['clinicId']}"
            f" ADMIN={demo['adminToken']} BACKEND={demo['backendToken']}",
            "",
            "ADMIN is the token of the clinic's admin, BACKEND that of a service. For example:",
            "",
            '  curl -s -H "x-tidepool-session-token: $ADMIN" "$API/clinics/$CLINIC?pretty"',
        ]
    else:
        lines += [
            f"  admin    {address}/admin/   (.venv/bin/python manage.py createsuperuser)",
            f"  API      {address}/docs",
            "  account  .venv/bin/python manage.py create_user --email ada@example.org --name 'Ada Admin'",
            "  token    .venv/bin/python manage.py token --user ada@example.org | --server",
            f"  mails    {local.shown('mail')}, unless EMAIL_BACKEND says otherwise",
        ]
    return "\n".join(
        [
            *lines,
            "",
            f"Logs are in {local.shown('log')}. Ctrl-C ends everything and keeps the data.",
        ]
    )


def _end(started: list[Child], guard: Guard, earlier: dict[str, str]) -> None:
    """The service's processes first, so that their last work still reaches the servers."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if started:
        print("\nEnding ...", flush=True)
        if "MONGODB_URI" in os.environ:
            local.remember_environment(earlier)  # of our own data, not of those
        elif any(child.name == "mongod" for child in started):
            local.forget_servers()
    end_all([child for child in started if child.name in service.COMMANDS])
    end_all([child for child in started if child.name not in service.COMMANDS], patience=30)
    guard.close()


if __name__ == "__main__":
    sys.exit(main())
