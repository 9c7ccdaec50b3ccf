"""The release before this code, taken from the history of the repository, and its processes."""

import re
import subprocess
import tarfile
import venv
from io import BytesIO
from pathlib import Path

import pytest

from scripts import local
from scripts import service as processes
from scripts.children import Child
from tests.processes.service import Service

CHANGELOG = "CHANGELOG.md"
# From a shell, because a child starts in the folder of this code.
_IN_FOLDER = ("sh", "-c", 'cd "$0" && exec "$@"')


def unpack(folder: Path) -> str:
    """Its code, into this folder; returns its version. Skips where the history is not there."""
    try:
        version = _newest_version()
        archive = _git("archive", "--format=tar", _commit_of(version))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no previous release: the history of the repository is not here ({error})")
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder)  # noqa: S202 (of this repository)
    return version


def install(code: Path, version: str) -> Path:
    """The packages that it pins, once for each version; returns its Python. Skips where they cannot be fetched."""
    place = local.LOCAL / f"release-{version}"
    python, done = place / "bin" / "python", place / "installed"
    if not done.exists():
        venv.create(place, clear=True, with_pip=True)
        options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")
        command = [python, "-m", "pip", "install", *options, "-r", code / "requirements.txt"]
        if subprocess.run(command, check=False).returncode:
            pytest.skip("no previous release: its packages cannot be fetched")
        done.touch()
    return python


def _newest_version() -> str:
    text = (local.BASE / CHANGELOG).read_text()
    return re.search(r"^## (\d+\.\d+\.\d+) - ", text, re.MULTILINE)[1]


def _commit_of(version: str) -> str:
    """That of its tag, or the first in which the list of changes names it."""
    tags = _git("tag", "--list", version, f"v{version}").split()
    if tags:
        return tags[0].decode()
    if _git("rev-parse", "--is-shallow-repository").strip() == b"true":
        pytest.skip(f"no previous release: this clone is shallow, and {version} has no tag here")
    heading = f"## {version} - "
    commits = _git("log", "--reverse", "--format=%H", f"-S{heading}", "--", CHANGELOG).split()
    return commits[0].decode()


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=local.BASE, capture_output=True, check=True)
    return done.stdout


class Release(Service):
    """Started as its own `make serve` does: its `migrate`, then web, workers and scheduler."""

    def __init__(self, code: Path, python: Path, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder, {**environment, "LOCAL_FOLDER": str(folder)})
        del self.env["PROMETHEUS_MULTIPROC_DIR"]  # it makes one of its own
        self._code, self._python = code, str(python)

    def start(self, env=None, *, only=()) -> None:
        command = [*_IN_FOLDER, str(self._code), self._python, "-m", "scripts.run"]
        log = self.folder / "release.log"
        child = Child("release", command, log=log, guard=self._guard, environment=self.env)
        self._children["release"] = child
        processes.wait_until_ready(lambda: processes.raise_if_dead([child]), port=self.port)

    def stop(self) -> None:
        """In order, as by Ctrl-C."""
        if "release" in self._children:
            self.terminate("release")
        super().stop()

    def manage(self, *arguments: str) -> str:
        command = [self._python, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=self._code, env=self.env, capture_output=True, text=True, check=True
        ).stdout
