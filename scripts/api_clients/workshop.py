"""Where the tools live and work: `.local/clients`. Nothing is installed before a tool is asked for."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from scripts import local
from scripts.api_clients import description
from scripts.local import Problem

SOURCES = local.BASE / "clients"
PINS = SOURCES / "tools.txt"
PACKAGE, LOCK = (SOURCES / "typescript" / name for name in ("package.json", "package-lock.json"))
_LAST_LINES = 25


class Workshop:
    def __init__(self) -> None:
        self.folder = local.folder("clients")

    @cached_property
    def described(self) -> Path:
        path = self.folder / "description.json"
        description.write(path)
        return path

    @cached_property
    def python(self) -> Path:
        """The interpreter of an environment with the packages of clients/tools.txt."""
        environment = self.folder / "venv"
        interpreter = environment / "bin" / "python"
        stamp = environment / ".installed"
        if _is_stamped(stamp, PINS):
            return interpreter
        uv = [sys.executable, "-m", "uv"]
        self.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment)])
        install = [*uv, "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
        self.run([*install, "--python", str(interpreter), "-r", str(PINS)])
        _stamp(stamp, PINS)
        return interpreter

    @cached_property
    def node(self) -> Path:
        """A folder with the packages of clients/typescript."""
        folder = self.folder / "node"
        stamp = folder / ".installed"
        if not _is_stamped(stamp, LOCK):
            folder.mkdir(exist_ok=True)
            for file in (PACKAGE, LOCK):
                shutil.copy(file, folder)
            self.run(["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit"], folder=folder)
            _stamp(stamp, LOCK)
        return folder

    @cached_property
    def jar(self) -> Path:
        """openapi-generator, which the package of the same name contains."""
        return next(
            self.python.parent.parent.glob("lib/*/site-packages/openapi_generator_cli/*.jar")
        )

    def node_program(self, name: str) -> str:
        return str(self.node / "node_modules" / ".bin" / name)

    def empty(self, name: str) -> Path:
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        return path

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path = local.BASE,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """What it prints. Raises Problem with its last lines when it fails."""
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            check=False,
        )
        if done.returncode != 0:
            last = "\n".join(done.stdout.strip().splitlines()[-_LAST_LINES:])
            raise Problem(f"{Path(command[0]).name} ended with {done.returncode}:\n{last}")
        return done.stdout


def _stamp(stamp: Path, pins: Path) -> None:
    stamp.write_text(_digest(pins))


def _is_stamped(stamp: Path, pins: Path) -> bool:
    return stamp.exists() and stamp.read_text() == _digest(pins)


def _digest(pins: Path) -> str:
    return hashlib.sha256(pins.read_bytes()).hexdigest()
