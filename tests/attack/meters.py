"""What the bystander measured, and the memory of the web processes."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts import local

MEGABYTE = 1024 * 1024
_PAGE = 4096
EXPECTED = "200"


@dataclass(frozen=True, slots=True)
class Sample:
    number: int
    name: str
    began: float
    seconds: float
    outcome: str
    late: float  # how late it was sent, because of other work on the machine


@dataclass(frozen=True, slots=True)
class Figures:
    """Times of the bystander's requests in one phase, in seconds."""

    count: int
    median: float
    high: float  # 95 %
    worst: float
    slowest: str  # which request that was
    late: float
    unexpected: dict[str, int]

    @classmethod
    def of(cls, samples: list[Sample]) -> "Figures":
        times = sorted(sample.seconds for sample in samples) or [0.0]
        unexpected = Counter(f"{s.name} {s.outcome}" for s in samples if s.outcome != EXPECTED)
        return cls(
            count=len(samples),
            median=_quantile(times, 0.5),
            high=_quantile(times, 0.95),
            worst=times[-1],
            slowest=max(samples, key=lambda sample: sample.seconds).name if samples else "",
            late=max((sample.late for sample in samples), default=0.0),
            unexpected=dict(unexpected),
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _quantile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


class Watch:
    """The bystander's process, and what it has reported so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._samples: list[Sample] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._samples.append(Sample(**json.loads(line)))

    def has_all_before(self, moment: float) -> bool:
        """Whether the outcome of every request sent before that time is known. They are numbered in sending order."""
        samples = list(self._samples)
        later = [sample.number for sample in samples if sample.began >= moment]
        return bool(later) and sum(s.number < min(later) for s in samples) == min(later)

    def between(self, start: float, end: float) -> Figures:
        """Figures of the requests that were sent in that time."""
        return Figures.of([s for s in list(self._samples) if start <= s.began < end])


@contextlib.contextmanager
def watching(job: dict[str, Any]) -> Iterator[Watch]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.attack.bystander"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=local.BASE,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        try:
            yield Watch(process)
        finally:
            process.stdin.close()
            process.wait(timeout=30)


class Memory:
    """Resident megabytes of a process and everything it has started, sampled continuously."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def now(self) -> float:
        megabytes = sum(_resident(pid) for pid in processes_of(self._pid)) / MEGABYTE
        self._peak = max(self._peak, megabytes)
        return megabytes

    def take_peak(self) -> float:
        """The peak since the last call."""
        peak, self._peak = self._peak, 0.0
        return peak

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._is_over.wait(0.1):
            self.now()


def processes_of(pid: int) -> set[int]:
    """The process and all its descendants, whichever thread has started them."""
    texts = [_text(path) for path in Path(f"/proc/{pid}/task").glob("*/children")]
    children = [int(child) for text in texts for child in text.split()]
    return {pid}.union(*(processes_of(child) for child in children))


def _resident(pid: int) -> int:
    fields = _text(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * _PAGE if fields else 0


def _text(path: Path) -> str:
    """Empty when the process has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def wait_until(check: Any, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.25)
    return True
