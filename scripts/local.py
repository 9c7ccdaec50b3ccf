"""The folder in which `make run` keeps its files: the git-ignored `.local`, or the one that LOCAL_FOLDER names."""

import contextlib
import fcntl
import os
import secrets
import shlex
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
LOCAL = Path(os.environ.get("LOCAL_FOLDER") or BASE / ".local")
PROGRAMS = BASE / ".local" / "bin"  # unpacked once, whatever LOCAL_FOLDER says

ADDRESSES = {"MONGODB_URI", "REDIS_URL"}


def shown(*parts: str) -> str:
    """A place in it for people: as they would type it in this folder."""
    path = LOCAL.joinpath(*parts)
    return str(path.relative_to(BASE)) if path.is_relative_to(BASE) else str(path)


class Problem(Exception):
    """What stops a command, as one sentence for the person who typed it."""


class AlreadyRuns(Problem):
    pass


def folder(*parts: str) -> Path:
    path = LOCAL.joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def keep_private() -> None:
    """Files that this and its processes create from here on, and existing ones, are for this user only."""
    os.umask(0o077)
    for parent, folders, files in os.walk(folder()):
        for name in (".", *folders, *files):
            with contextlib.suppress(
                FileNotFoundError
            ):  # a server that runs already has removed it
                _take_from_others(Path(parent, name))


def _take_from_others(path: Path) -> None:
    mode = path.lstat().st_mode
    if mode & 0o077 and not stat.S_ISLNK(mode):
        path.chmod(stat.S_IMODE(mode) & ~0o077)


def secret_file(name: str, text: str = "") -> Path:
    """A file that is made once and kept, with a random value or `text`, readable by its owner only."""
    path = folder("secrets") / name
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text or secrets.token_urlsafe(36))
    return path


def secret(name: str) -> str:
    return secret_file(name).read_text().strip()


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Held while the service runs: two in one folder would share data and scheduler, and no other command may end
    its servers. The lock ends with the process."""
    with (folder("run") / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "The service runs in this folder: end it with Ctrl-C there first."
            raise AlreadyRuns(message) from None
        yield


def remember_environment(values: dict[str, str]) -> None:
    """Lets `manage.py` in another terminal work on the same data, with the same keys. A shell can source the file."""
    path = folder() / "environment"
    path.touch(mode=0o600)
    path.write_text(
        "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(values.items()))
    )


def remembered_environment() -> dict[str, str]:
    path = LOCAL / "environment"
    lines = path.read_text().split("\n") if path.exists() else []
    pairs = (line.split("=", 1) for line in lines if line)
    return {name: _unquoted(value) for name, value in pairs}


def _unquoted(value: str) -> str:
    """Version 0.1 wrote every value as it is."""
    return shlex.split(value)[0] if value.startswith("'") else value


def forget_servers() -> None:
    """The servers have ended; the variables that their data were written with stay for `make servers`."""
    values = remembered_environment()
    if values:
        remember_environment({n: value for n, value in values.items() if n not in ADDRESSES})


def load_environment() -> None:
    """For commands that name no server: a deployment names one, and so do the tests."""
    values = remembered_environment()
    if ADDRESSES & os.environ.keys() or not values.keys() >= ADDRESSES:
        return
    for name, value in values.items():
        os.environ.setdefault(name, value)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
