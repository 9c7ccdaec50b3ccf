"""`make run` for a newcomer: it starts, prints what to do, ends with Ctrl-C, and starts again."""

import fcntl
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from functools import partial
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

import pymongo
import pytest
import redis
from pymongo.errors import DuplicateKeyError, ExecutionTimeout, OperationFailure
from redis.exceptions import AuthenticationError

from scripts import keeper, local, mongod_log, servers, service
from scripts import run as start
from scripts.children import Guard
from tests import pace
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
LAST_LINE = "Ctrl-C ends everything"


class Run:
    """`python -m scripts.run --demo`, with all its data in a folder of the test."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = local.free_port()
        self.environment = {"LOCAL_FOLDER": str(folder), "PORT": str(self.port), **environment}
        self.process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def _own() -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}

    def start(self) -> "Run":
        self._file = (self.folder.parent / "output").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run", "--demo"],
            stdout=self._file,
            stderr=subprocess.STDOUT,
            env={**self._own(), **self.environment},
            cwd=local.BASE,
            start_new_session=True,
        )
        return self

    def command(self, *arguments: object) -> "subprocess.CompletedProcess[str]":
        """Run a command as in another terminal."""
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            capture_output=True,
            text=True,
            env={**self._own(), "LOCAL_FOLDER": str(self.folder)},
            cwd=local.BASE,
            check=False,
        )

    def servers(self, action: str) -> "subprocess.CompletedProcess[str]":
        return self.command("-m", "scripts.servers", action)

    def manage(self, *arguments: object) -> str:
        result = self.command("manage.py", *arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def read(self) -> str:
        return (self.folder.parent / "output").read_text()

    def wait_until_up(self) -> str:
        eventually(lambda: LAST_LINE in self.read() or self.process.poll() is not None, within=120)
        assert LAST_LINE in self.read(), self.read()
        return self.read()

    def wait_for_end(self) -> int:
        return self.process.wait(timeout=60)

    def processes(self) -> list[int]:
        """All processes started with our folder in their environment."""
        marker = f"LOCAL_FOLDER={self.folder}".encode()
        return [pid for pid in _pids() if marker in _environ(pid)]

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.wait_for_end()


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _environ(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "local"
    folder.mkdir()
    started_run = Run(folder)
    yield started_run
    started_run.end()


# In one process, since starting one takes two seconds.
RECORD_AND_VERIFY = (
    "from django.core.management import call_command;from kernel import audit;"
    "audit.record(action='a', actor_id='b', actor_kind='system', object_type='c', object_id='d');"
    "call_command('verify_audit')"
)
INTACT = "events of local are intact"
MARKER = "Zyxmarker"


@pytest.mark.walk
def test_make_run_starts_serves_ends_and_starts_again(run):
    """One test, because starting the service takes longer than the checks. The service has its own keys and
    names, on which the audit trail depends."""
    own = {"AUDIT_KEY": "k" * 40, "TIDEPOOL_CLINIC_DATABASE_NAME": "another"}
    run.environment |= {**own, "WEB_WORKERS": "1"}  # two start as one does
    leave_it_open_to_others(run)

    first = run.start().wait_until_up()
    it_serves_what_it_prints(first)
    the_tour_of_the_readme_works_as_it_is_pasted(run, first)
    a_shell_can_source_its_environment(run)
    manage_py_works_on_its_data_and_its_servers_are_left_to_it(run)
    nothing_is_open_to_other_users_of_the_machine(run, first)
    ctrl_c_ends_everything(run)
    manage_py_works_on_the_same_data_whatever_is_started_and_ended_beside(run, first)


def leave_it_open_to_others(run):
    """Set the permissions that an older version left."""
    (run.folder / "mail").mkdir(mode=0o755)
    (run.folder / "mail" / "old").touch(mode=0o644)
    run.folder.chmod(0o755)


def it_serves_what_it_prints(output):
    names = _printed_names(output)
    assert set(names) == {"API", "CLINIC", "ADMIN", "BACKEND"}
    sync = 'curl -X POST -H "x-tidepool-session-token: $BACKEND" "$API/clinics/$CLINIC/ehr/sync"'
    printed = [line for line in output.splitlines() if line.startswith("  curl")]
    assert [_paste(line, names) for line in [*printed, sync]] == [200, 202]


def the_tour_of_the_readme_works_as_it_is_pasted(run, output):
    """Every block, one after the other in one shell, as in a terminal in which the printed line was pasted."""
    mails = run.folder / "mail"
    eventually(lambda: any(INVITED in mail.read_text() for mail in mails.iterdir()))
    line = next(line for line in output.splitlines() if line.startswith("  export "))
    blocks = re.findall(r"```sh\n(.*?)```", (local.BASE / "README.md").read_text(), re.DOTALL)
    pasted = "\n".join([line, NOTE_STATUSES, *blocks]).replace(".local/mail", f"{run.folder}/mail")
    tour = subprocess.run(
        ["bash", "-eu", "-c", pasted],
        capture_output=True,
        text=True,
        env={**run._own(), "LOCAL_FOLDER": str(run.folder)},
        cwd=local.BASE,
        check=False,
    )
    assert tour.returncode == 0, tour.stderr
    statuses = re.findall(r"^STATUS (\d+)$", tour.stderr, re.MULTILINE)
    assert statuses == [*["200"] * 4, "400", *["200"] * 4, "202"], tour.stdout
    assert INVITED in tour.stdout
    assert '"CLINIC_MEMBER"' in tour.stdout


INVITED = "To: mia.member@example.org"
NOTE_STATUSES = r"""curl() { command curl -w '%{stderr}STATUS %{http_code}\n' "$@"; }"""


def a_shell_can_source_its_environment(run):
    script = f'. {run.folder}/environment; printf %s "$MONGODB_URI"'
    shell = subprocess.run(["sh", "-eu", "-c", script], capture_output=True, text=True, check=True)
    assert pymongo.uri_parser.parse_uri(shell.stdout)["username"]


def manage_py_works_on_its_data_and_its_servers_are_left_to_it(run):
    begun = (run.folder / "log" / "migrate.log").read_text()
    assert '"event":"audit.begun"' in begun

    remembered = (run.folder / "environment").read_text()
    assert "MONGODB_URI=" in run.servers("start").stdout
    assert RUNS_HERE in run.servers("stop").stderr
    assert (run.folder / "environment").read_text() == remembered
    assert run.process.poll() is None
    assert INTACT in run.manage("shell", "--command", RECORD_AND_VERIFY)


def nothing_is_open_to_other_users_of_the_machine(run, output):
    _invite(output)
    eventually(lambda: len(list((run.folder / "mail").iterdir())) > 1)

    assert _open_to_others(run.folder) == []
    assert {path.name for path in run.folder.iterdir()} >= {"data", "log", "mail", "run", "secrets"}
    secrets = [path.read_text().strip() for path in (run.folder / "secrets").iterdir()]
    visible = b"".join(_command(pid) for pid in run.processes()).decode()
    visible += "".join(path.read_text() for path in (run.folder / "log").glob("*.log"))
    assert [secret for secret in secrets if secret in visible] == []


def ctrl_c_ends_everything(run):
    run.process.send_signal(signal.SIGINT)
    assert run.wait_for_end() == 0
    assert run.processes() == []
    assert _names(run) & local.ADDRESSES == set()


def manage_py_works_on_the_same_data_whatever_is_started_and_ended_beside(run, first):
    run.servers("start")
    try:
        log = run.folder / "log" / "migrate.log"
        assert INTACT in run.manage("verify_audit", "--log", log)
        it_starts_again_with_its_data(run, first)
        run.end()
        assert INTACT in run.manage("verify_audit")
    finally:
        assert run.servers("stop").stdout == "Stopped mongod and redis-server.\n"
    eventually(lambda: run.processes() == [])


def it_starts_again_with_its_data(run, first):
    began = time.monotonic()
    second = run.start().wait_until_up()
    assert time.monotonic() - began < 40 * pace.slowness()
    assert _printed_names(first)["CLINIC"] == _printed_names(second)["CLINIC"]
    password = r"password (\S+)"
    assert re.findall(password, first) == re.findall(password, second)


def _names(run: Run) -> set[str]:
    lines = (run.folder / "environment").read_text().splitlines()
    return {line.partition("=")[0] for line in lines}


def _printed_names(output: str) -> dict[str, str]:
    """The names in the first line of the tour."""
    line = next(line for line in output.splitlines() if line.startswith("  export "))
    return dict(word.split("=", 1) for word in line.split()[1:])


def _invite(output: str) -> None:
    """Invite a clinician; a worker writes the mail to a file."""
    names = _printed_names(output)
    request = urllib.request.Request(
        f"{names['API']}/clinics/{names['CLINIC']}/invites/clinicians",
        data=b'{"email": "someone@example.org", "roles": ["CLINIC_MEMBER"]}',
        headers={"x-tidepool-session-token": names["ADMIN"], "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 200


def _open_to_others(folder: Path) -> list[str]:
    paths = [folder, *folder.rglob("*")]
    return [str(path) for path in paths if path.lstat().st_mode & 0o077]


@pytest.fixture
def kept_servers(tmp_path, monkeypatch):
    """kept_servers(redis=False): the servers of `make run`, with their data in a folder of the test."""
    monkeypatch.setattr(local, "LOCAL", tmp_path)
    guard = Guard()
    yield partial(servers.start, guard=guard)
    guard.close()


@pytest.mark.walk
def test_both_servers_require_credentials(kept_servers):
    servers_of_run = kept_servers()
    where = urlsplit(servers_of_run.mongodb_uri)
    client = pymongo.MongoClient(where.hostname, where.port, directConnection=True)
    for ask in (client.list_database_names, partial(client["clinic"]["patients"].find_one, {})):
        with pytest.raises(OperationFailure, match="requires authentication"):
            ask()
    client.close()
    where = urlsplit(servers_of_run.redis_url)
    with pytest.raises(AuthenticationError), redis.Redis(where.hostname, where.port) as stranger:
        stranger.ping()


def test_mongodbs_log_holds_no_values_of_documents(kept_servers, tmp_path):
    """Log lines of a slow command, one that exceeds its limit, one that fails, and a document that an index
    refuses."""
    log, slow = (
        tmp_path / "log" / "mongod.log",
        {"$where": f"sleep(60); return this.birthDate == '{MARKER}'"},
    )
    with pymongo.MongoClient(kept_servers(redis=False).mongodb_uri) as client:
        patients = client["clinic"]["patients"]
        patients.insert_many(
            [{"fullName": MARKER}] + [{"fullName": f"{MARKER} {n}"} for n in "123"]
        )
        assert list(patients.find(slow)) == []
        with pytest.raises(ExecutionTimeout):
            list(patients.find(slow).max_time_ms(30))
        with pytest.raises(OperationFailure):
            patients.find_one_and_update({"fullName": MARKER}, {"$push": {"fullName": MARKER}})
        patients.insert_one({"fullName": MARKER})
        with pytest.raises(DuplicateKeyError):
            patients.create_index("fullName", unique=True)
    text = eventually(lambda: "Index build: failed" in log.read_text() and log.read_text())
    assert "Plan executor error during find command" in text
    assert re.search(r'"Slow query", "attr": {"ns": "clinic\.patients".*"durationMillis"', text)
    assert MARKER not in text


@pytest.mark.walk
def test_data_of_an_older_version_without_passwords_are_taken_over(kept_servers):
    guard = kept_servers.keywords["guard"]
    uri = servers.start_test_mongod(local.folder("data") / "mongod", guard)
    with pymongo.MongoClient(uri) as client:
        client["clinic"]["things"].insert_one({"_id": 1})
    guard.watched()[0].end(patience=30)
    with pymongo.MongoClient(kept_servers(redis=False).mongodb_uri) as client:
        assert client["clinic"]["things"].find_one({}) == {"_id": 1}


def test_wrong_passwords_for_the_data_are_reported_in_one_sentence(kept_servers, tmp_path):
    kept_servers(redis=False).started[0].end(patience=30)
    (tmp_path / "secrets" / "mongodb-password").unlink()
    with pytest.raises(local.Problem, match="belong to another password"):
        kept_servers(redis=False)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (b"mongod: error while loading shared libraries\n", "error while loading"),
        (b'{"broken', "{}"),
        (b"[1]\n", "{}"),
        (b'{"c":"CONTROL","attr":{"port":7}}\n', '"port": 7'),
        (b'{"c":"WRITE","attr":{"error":"Zyxmarker","ns":"a.b"}}\n', '"ns": "a.b"'),
        (b'{"c":"WRITE","attr":{"error":{"code":1,"errmsg":"Zyxmarker"}}}\n', '"code": 1'),
        (b'{"c":"WRITE","attr":["Zyxmarker"]}\n', '"c": "WRITE"'),
    ],
)
def test_a_line_of_mongodbs_log_keeps_only_parts_without_values(line, kept):
    text = mongod_log.without_values(line).decode()
    assert kept in text
    assert MARKER not in text
    assert text.endswith("\n")


@pytest.mark.chaos
def test_a_killed_start_leaves_no_process_and_does_not_block_the_next(run, fault):
    run.start().wait_until_up()
    assert len(run.processes()) > 8
    run.process.kill()
    killed = time.monotonic()
    eventually(lambda: run.processes() == [], within=40)
    run.start().wait_until_up()
    fault.says("make run is killed and started again", recovered=time.monotonic() - killed)


KEPT = {
    "web": b"clinics_site.server",
    "worker": b"-n\0default@%h",
    "ehr-worker": b"-n\0ehr@%h",
    "beat": b"--pidfile=",
    "follower": b"manage.py\0follow",
}


@pytest.mark.chaos
def test_each_process_that_is_killed_twice_within_six_seconds_comes_back(run, fault):
    """One test, because starting the service takes longer than each of them."""
    run.start().wait_until_up()
    time.sleep(keeper.STARTED_AFTER)  # as a service that has run for a while
    for name in (*KEPT, *servers.OLDEST):
        began = time.monotonic()
        first = _kill(run, name)
        eventually(lambda name=name, first=first: _pids_of(run, name) - first, within=5)
        second, killed = _kill(run, name), time.monotonic()
        assert killed - began < 6 * pace.slowness(), name
        eventually(lambda name=name, second=second: _pids_of(run, name) - second, within=5)
        eventually(lambda: service.is_ready(run.port), within=60)
        fault.says(f"{name} of make run is killed twice", recovered=time.monotonic() - killed)
        assert f"{name} has ended and is started again" in run.read()
    time.sleep(5)
    assert run.process.poll() is None
    assert all(_pids_of(run, name) for name in (*KEPT, *servers.OLDEST))


def _kill(run, name) -> set[int]:
    killed = _pids_of(run, name)
    for pid in killed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return killed


def _pids_of(run, name) -> set[int]:
    """Servers hide their environment."""
    if name in KEPT:
        return _marked(run, KEPT[name])
    pid = int((run.folder / "run" / name).read_text().split()[0])
    return {pid} if _command(pid) else set()


def _marked(run, mark) -> set[int]:
    return {pid for pid in run.processes() if mark in _command(pid)}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has just ended
        return b""


def _paste(line: str, names: dict[str, str]) -> int:
    """The status that a `curl` line gets."""
    arguments = shlex.split(Template(line).substitute(names))
    method = arguments[arguments.index("-X") + 1] if "-X" in arguments else "GET"
    name, _, value = arguments[arguments.index("-H") + 1].partition(": ")
    request = urllib.request.Request(arguments[-1], headers={name: value}, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return int(response.status)


# --- what can be wrong: one sentence each ------------------------------------------------------------
@pytest.mark.walk
def test_a_taken_port_is_reported_in_one_sentence(run, service):
    service.start(only=("web",))
    run.environment["PORT"] = str(service.port)
    assert run.start().wait_for_end() == 1
    assert f"Port {service.port} is taken" in run.read()
    assert "Traceback" not in run.read()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "http", "PORT has to be a number from 1 to 65535, not 'http'."),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL must be of kind 'DEBUG or INFO or WARNING or ERROR'"),
    ],
)
def test_a_wrong_value_is_reported_in_one_sentence(run, name, value, sentence):
    run.environment |= {name: value} | _test_servers()
    assert run.start().wait_for_end() == 1
    assert sentence in run.read()
    assert "Traceback" not in run.read()


def _test_servers() -> dict[str, str]:
    return {name: os.environ[name] for name in ("MONGODB_URI", "REDIS_URL")}


RUNS_HERE = "The service runs in this folder: end it with Ctrl-C there first."


@pytest.fixture
def lock(run):
    """Hold the lock like a running service."""
    (run.folder / "run").mkdir()
    with (run.folder / "run" / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.usefixtures("lock")
def test_a_second_start_in_the_same_folder_is_refused(run):
    assert run.start().wait_for_end() == 1
    assert run.read().strip() == RUNS_HERE


@pytest.mark.usefixtures("lock")
@pytest.mark.parametrize("action", ["start", "stop"])
def test_the_servers_of_a_running_service_are_not_stopped(run, action):
    """`make clean` runs `make stop` first."""
    result = run.servers(action)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", f"{RUNS_HERE}\n")
    assert "clean: stop" in (local.BASE / "Makefile").read_text()


@pytest.mark.parametrize(
    ("listing", "sentence"),
    [
        ("\tlibc.so.6 => /lib/libc.so.6 (0x1)\n", None),
        (
            "\tlibcurl.so.4 => not found\n",
            "mongod needs the system package libcurl4: sudo apt-get install libcurl4",
        ),
        (
            "\tlibssl.so.3 => not found\n\tlibcrypto.so.3 => not found\n\tlibcurl.so.4 => not found\n",
            "mongod needs the system packages libcurl4 and libssl3: sudo apt-get install libcurl4 libssl3",
        ),
        (
            "mongod: /lib/libc.so.6: version `GLIBC_2.34' not found (required by mongod)\n",
            "mongod needs glibc 2.34 or newer: use Debian 12, Ubuntu 22.04 or newer.",
        ),
    ],
)
def test_a_missing_system_package_is_named(listing, sentence):
    assert servers.library_problem("mongod", listing) == sentence


def test_a_state_file_of_a_process_that_has_ended_is_ignored(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "LOCAL", tmp_path)
    (tmp_path / "run").mkdir()
    for text in ("", "what", f"{os.getpid()} 1", "999999999 27017"):
        (tmp_path / "run" / "mongod").write_text(text)
        assert servers._running("mongod") is None
        assert not (tmp_path / "run" / "mongod").exists()


def test_remembered_variables_are_read_as_they_were_written(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "LOCAL", tmp_path)
    values = {"A": "mongodb://u:p@h/?a=b&c=d", "B": "it's $HOME", "C": "", "D": "plain"}
    local.remember_environment(values)
    assert local.remembered_environment() == values
    printed = f'. {tmp_path}/environment; printf "%s|" "$A" "$B" "$C" "$D"'
    shell = subprocess.run(["sh", "-c", printed], capture_output=True, text=True, check=True)
    assert shell.stdout.split("|")[:-1] == list(values.values())
    (tmp_path / "environment").write_text("A=mongodb://h/?a=b&c=d\n")  # as version 0.1 wrote it
    assert local.remembered_environment() == {"A": "mongodb://h/?a=b&c=d"}


@pytest.mark.parametrize("demo", [True, False])
def test_no_mail_is_printed_to_a_log(demo, tmp_path, monkeypatch):
    """The log would contain the secret of its link."""
    monkeypatch.setattr(local, "LOCAL", tmp_path)
    monkeypatch.delenv("EMAIL_BACKEND")
    environment = start._environment("127.0.0.1", 8080, demo=demo)
    assert environment["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend"
    assert environment["EMAIL_FILE_PATH"] == str(tmp_path / "mail")
