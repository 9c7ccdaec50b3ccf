"""One attack: before, during, after, and which guarantees it broke."""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from scripts import local
from scripts.service import is_ready
from tests.attack.meters import Figures, Memory, Watch, processes_of, wait_until
from tests.attack.setup import Scene
from tests.attack.stage import Attack
from tests.processes.service import Service

AFTERMATH = 1.0  # seconds after the end that still count as "during"
READY_AGAIN = 60.0


@dataclass(frozen=True)
class Guarantees:
    """What must hold during and after every attack."""

    worst_seconds: float = 1.0
    memory_margin: float = 128.0  # MB of all web processes together above what they had before
    memory_seconds: float = 20.0  # within which they release it


@dataclass(frozen=True)
class Phases:
    """Lengths in seconds; `during` is the attack's own length if it is None."""

    before: float = 3.0
    during: float | None = None
    after: float = 3.0


@dataclass
class Result:
    title: str
    before: Figures
    during: Figures
    after: Figures
    memory: tuple[float, float, float]  # before, peak, after
    memory_seconds: float  # until it was released
    outcomes: dict[str, int]
    cpu: float  # seconds of the attackers
    broken: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Run:
    def __init__(self, service: Service, scene: Scene, watch: Watch) -> None:
        self._service, self._scene, self._watch = service, scene, watch

    def attack(self, attack: Attack, *, phases: Phases, guarantees: Guarantees) -> Result:
        web = self._service.pid("web")
        workers, memory = processes_of(web), Memory(web)
        started = time.monotonic()
        time.sleep(phases.before)
        resident = memory.now()
        memory.take_peak()
        report = self._run_attackers(attack, phases.during or attack.seconds)
        peak = memory.take_peak()
        ended = report["ended"]
        limit = resident + guarantees.memory_margin
        is_back = wait_until(lambda: memory.now() <= limit, seconds=guarantees.memory_seconds)
        back_after = time.monotonic() - ended
        _sleep_until(ended + AFTERMATH + phases.after)
        over = time.monotonic()
        wait_until(lambda: self._watch.has_all_before(over), seconds=15)
        result = Result(
            title=attack.title,
            before=self._watch.between(started, report["began"]),
            during=self._watch.between(report["began"], ended + AFTERMATH),
            after=self._watch.between(ended + AFTERMATH, over),
            memory=(resident, peak, memory.now()),
            memory_seconds=back_after,
            outcomes=report["outcomes"],
            cpu=report["cpu"],
        )
        memory.close()
        result.broken = [*broken_guarantees(result, guarantees, is_back=is_back), *report["broken"]]
        if processes_of(web) != workers:
            result.broken.append("a web process has ended")
        return result

    def recover(self, result: Result) -> None:
        """One attack's effect on the service does not count against the next one."""
        if result.broken:
            self._service.kill_worker("web")
            self._service.start_worker("web")
        if not wait_until(lambda: is_ready(self._service.port), seconds=READY_AGAIN):
            sys.exit("the service does not become ready again; see .local/attack")

    def _run_attackers(self, attack: Attack, seconds: float) -> dict[str, Any]:
        job = {
            "title": attack.title,
            "seconds": seconds,
            "target": asdict(self._scene.attackers),
        }
        process = subprocess.run(
            [sys.executable, "-m", "tests.attack.attackers"],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            cwd=local.BASE,
            timeout=seconds + 120,
            check=False,
        )
        if process.returncode != 0:
            sys.exit(f"the attackers of {attack.title!r} failed: {process.stderr[-2000:]}")
        report: dict[str, Any] = json.loads(process.stdout)
        return report


def broken_guarantees(result: Result, guarantees: Guarantees, *, is_back: bool) -> list[str]:
    broken = []
    for phase in ("during", "after"):
        figures: Figures = getattr(result, phase)
        if figures.count == 0:
            broken.append(f"{phase}: the bystander has reported nothing")
        if figures.worst > guarantees.worst_seconds:
            broken.append(f"{phase}: the bystander waited {figures.worst:.1f} s")
        if figures.unexpected:
            broken.append(f"{phase}: the bystander got {_list(figures.unexpected)}")
    if not is_back:
        before, _, after = result.memory
        broken.append(
            f"memory: {after:.0f} MB after {guarantees.memory_seconds:.0f} s, {before:.0f} before"
        )
    failures = {
        word: count for word, count in result.outcomes.items() if word in ("500", "502", "504")
    }
    if failures:
        broken.append(f"the attackers got {_list(failures)}")
    return broken


def _list(counts: dict[str, int]) -> str:
    return ", ".join(f"{word} x {count}" for word, count in sorted(counts.items()))


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))
