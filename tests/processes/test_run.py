"""`make run` as a newcomer meets it: it starts, says what to do, ends with Ctrl-C, and starts again."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from scripts import local, servers
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]
LAST_LINE = "Ctrl-C ends everything"


class Run:
    """`python -m scripts.run --demo` with all its data in a folder of the test."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = local.free_port()
        self.environment = {"LOCAL_FOLDER": str(folder), "PORT": str(self.port), **environment}
        self.output = ""

    def start(self) -> "Run":
        own = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
        self._file = (self.folder.parent / "output").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run", "--demo"],
            stdout=self._file,
            stderr=subprocess.STDOUT,
            env={**own, **self.environment},
            cwd=local.BASE,
            start_new_session=True,
        )
        return self

    def read(self) -> str:
        return (self.folder.parent / "output").read_text()

    def wait_until_up(self) -> str:
        eventually(lambda: LAST_LINE in self.read() or self.process.poll() is not None, within=120)
        assert LAST_LINE in self.read(), self.read()
        return self.read()

    def wait_for_end(self) -> int:
        return self.process.wait(timeout=60)

    def processes(self) -> list[int]:
        """Everything that was started with our folder in its environment."""
        wanted = f"LOCAL_FOLDER={self.folder}".encode()
        return [pid for pid in _pids() if wanted in _environ(pid)]

    def end(self) -> None:
        if self.process.poll() is None:
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
    found = Run(folder)
    yield found
    found.end()


def test_it_serves_what_it_prints_ends_with_ctrl_c_and_starts_again_with_its_data(run):
    first = run.start().wait_until_up()
    lines = [line.strip() for line in first.splitlines() if line.strip().startswith("curl")]
    assert len(lines) == 3
    assert [_paste(line) for line in lines] == [200, 200, 202]

    run.process.send_signal(signal.SIGINT)
    assert run.wait_for_end() == 0
    assert run.processes() == []

    began = time.monotonic()
    second = run.start().wait_until_up()
    assert time.monotonic() - began < 40
    clinic = r"/v1/clinics/([0-9a-f]{24})"
    assert re.findall(clinic, first)[0] == re.findall(clinic, second)[0]
    password = r"password (\S+)"
    assert re.findall(password, first) == re.findall(password, second)


@pytest.mark.chaos
def test_a_killed_start_leaves_no_process_and_does_not_hinder_the_next(run):
    run.start().wait_until_up()
    assert len(run.processes()) > 8
    run.process.kill()
    eventually(lambda: run.processes() == [], within=40)
    run.start().wait_until_up()


@pytest.mark.chaos
def test_a_dead_process_ends_everything_and_names_its_log(run):
    run.start().wait_until_up()
    beat = next(pid for pid in run.processes() if b"--pidfile=" in _command(pid))
    os.kill(beat, signal.SIGKILL)
    assert run.wait_for_end() == 1
    assert f"beat has ended; its log is {run.folder}/log/beat.log." in run.read()
    assert run.processes() == []


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _paste(line: str) -> int:
    """The status that a printed `curl` line gets."""
    words = shlex.split(line)
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    name, _, value = words[words.index("-H") + 1].partition(": ")
    request = urllib.request.Request(words[-1], headers={name: value}, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return int(response.status)


# --- what can be wrong: one sentence each ------------------------------------------------------------
def test_a_taken_port_is_one_sentence(run, service):
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
def test_a_wrong_value_is_one_sentence(run, name, value, sentence):
    run.environment |= {name: value} | _test_servers()
    assert run.start().wait_for_end() == 1
    assert sentence in run.read()
    assert "Traceback" not in run.read()


def _test_servers() -> dict[str, str]:
    return {name: os.environ[name] for name in ("MONGODB_URI", "REDIS_URL")}


def test_a_second_start_in_the_same_folder_is_refused(run):
    import fcntl

    (run.folder / "run").mkdir()
    with (run.folder / "run" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run.start().wait_for_end() == 1
    assert "already runs in this folder" in run.read()


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


def test_a_state_file_of_a_process_that_is_gone_is_ignored(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "LOCAL", tmp_path)
    (tmp_path / "run").mkdir()
    for text in ("", "what", f"{os.getpid()} 1", "999999999 27017"):
        (tmp_path / "run" / "mongod").write_text(text)
        assert servers._running("mongod") is None
        assert not (tmp_path / "run" / "mongod").exists()
