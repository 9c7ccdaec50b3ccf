"""The description as it is served, in a file, and the digest that says what code was generated from."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from scripts import service

# The command reads none of them, but the settings want values.
_NOWHERE = {
    "MONGODB_URI": "mongodb://127.0.0.1:1/description",
    "REDIS_URL": "redis://127.0.0.1:1",
    "SECRET_KEY": "description",
}


def write(path: Path) -> None:
    service.manage(
        ["spectacular", "--format", "openapi-json", "--file", str(path)],
        {**os.environ, **_NOWHERE},
    )


def read(path: Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(path.read_text())
    return described


def digest(described: dict[str, Any]) -> str:
    """The same for descriptions that differ in the order of their keys alone."""
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
