"""`manage.py check --deploy` as a safe installation would run it: no warning is left. Part of `make lint`."""

import os
import subprocess
import sys

from scripts import local

# Invented, and in the form that the checks ask for. No server is asked.
SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "one of our own, which is long and as random as an example may be",
    "AUDIT_KEY": "another of our own, which is long and random",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "ALLOWED_HOSTS": "clinics.example.org",
    "HTTPS": "true",
    "SSL_REDIRECT": "true",
    "CLIENT_ADDRESS_HEADER": "none",
    "STAFF_SECOND_FACTOR": "required",
    "SIDE_EFFECTS": "internal",
    "LOG_LEVEL": "INFO",
    "MONGODB_URI": "mongodb://clinics:secret@mongodb.example.org/?serverSelectionTimeoutMS=10",
    "REDIS_URL": "rediss://:secret@redis.example.org/0",
    "METRICS_TOKEN": "a token of our Prometheus",
    "TIDEPOOL_SERVER_TOKEN": "a secret of our own",
    "TIDEPOOL_REDOX_VERIFICATION_TOKEN": "a token of our own",
}
ADDRESSES = ("TIDEPOOL_WEBAPP_URL", "TIDEPOOL_APPLICATION_URL", "TIDEPOOL_ASSET_URL")
SERVICES = ("SHORELINE", "SEAGULL", "GATEKEEPER", "AUTH", "DATA")


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    pages = dict.fromkeys(ADDRESSES, "https://clinics.example.org")
    services = {f"TIDEPOOL_{name}_CLIENT_ADDRESS": "http://service" for name in SERVICES}
    return {**kept, **SAFE, **pages, **services}


def main() -> int:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, env=environment(), cwd=local.BASE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
