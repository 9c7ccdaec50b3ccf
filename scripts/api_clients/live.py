"""A service for the calls: the web process with the demo clinic, on servers of its own that end with this process."""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from scripts import local, servers, service
from scripts.children import Guard

EMAIL, PASSWORD = "ada.admin@example.org", "correct-horse"
_HEADER = "x-tidepool-session-token"


@contextlib.contextmanager
def started() -> Iterator[dict[str, str]]:
    """The variables from which examples and checks take where to call and as whom."""
    with tempfile.TemporaryDirectory(prefix="clinics-clients-") as name:
        guard = Guard()
        port = local.free_port()
        environment = _environment(Path(name), port)
        service.manage(["migrate", "--verbosity", "0"], environment)
        seeded = _seed(Path(name), environment)
        web = service.spawn("web", environment=environment, folder=Path(name), guard=guard)
        try:
            service.wait_until_ready(lambda: service.raise_if_dead([web]), port=port)
            address = f"http://127.0.0.1:{port}"
            _make_full_clinic(address, seeded)
            yield {
                "CLINICS_ADDRESS": address,
                "CLINICS_EMAIL": EMAIL,
                "CLINICS_PASSWORD": PASSWORD,
                "CLINICS_TOKEN": seeded["adminToken"],
                "CLINICS_CLINIC": seeded["clinicId"],
            }
        finally:
            web.end()
            guard.close()


def _environment(folder: Path, port: int) -> dict[str, str]:
    mongodb, redis = servers.for_tests()
    return {
        **service.base_environment(folder, host="127.0.0.1", port=port),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "HEALTH_PORT": str(local.free_port()),
        "WEB_WORKERS": "1",
        "MONGODB_URI": mongodb,
        "REDIS_URL": f"{redis}/0",
        "TIDEPOOL_CLINIC_DATABASE_NAME": "clinics_clients",
        "SECRET_KEY": "of-a-service-that-lives-for-a-minute-and-holds-invented-people",
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    }


def _seed(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """The demo clinic; its admin has a password here, with which a partner logs in."""
    person = ("--email", EMAIL, "--name", "Ada Admin", "--clinician", "--password", PASSWORD)
    service.manage(["create_user", *person], environment)
    password_file = folder / "staff-password"
    password_file.write_text("only-in-this-folder")
    output = service.manage(["seed_demo", "--password-file", str(password_file)], environment)
    seeded: dict[str, str] = json.loads(output.splitlines()[-1])
    return seeded


def _make_full_clinic(address: str, seeded: dict[str, str]) -> None:
    """Its plan allows no patients, so creating one is answered with 402."""
    clinic = {"name": "Hilltop Practice", "preferredBgUnits": "mmol/L"}
    made = _send("POST", f"{address}/v1/clinics", seeded["adminToken"], clinic)
    settings = f"{address}/v1/clinics/{made['id']}/settings/patient_count"
    _send("PUT", settings, seeded["backendToken"], {"hardLimit": {"plan": 0}})


def _send(method: str, address: str, token: str, body: Any) -> Any:
    answer = httpx2.request(method, address, json=body, headers={_HEADER: token}, timeout=30)
    answer.raise_for_status()
    return answer.json()
