"""A clinic's patient count against its limits, as a bar with numbers and words."""

from dataclasses import dataclass
from typing import Any

from kernel import clock, numbers, safe_reading
from kernel.db import Document
from patients.services import plan_limits
from patients.services.patient_counts import COUNTED

GOOD, WARN, BAD = "good", "warn", "bad"
_NEAR = 0.9  # of the hard limit: time to talk to the clinic


@dataclass(frozen=True, slots=True)
class Bar:
    """Lengths are percentages of the bar. `word` says the same as the colour. `plan` is 0 where nothing was counted."""

    plan: int
    is_counted: bool
    hard: int | None
    soft: int | None
    is_limited: bool
    in_force: bool
    kind: str
    word: str
    filled: float
    soft_mark: float | None
    hard_mark: float | None

    @property
    def label(self) -> str:
        limit = f"of {self.hard}" if self.hard is not None else "without a limit"
        return f"{self.plan} plan patients {limit}: {self.word}"


def counted_of(clinic: Document) -> dict[str, Any]:
    """Those published counts that can be read."""
    stored = safe_reading.mapping(clinic.get("patientCount"))
    counts: dict[str, Any] = {name: numbers.shown(stored.get(name)) for name in COUNTED}
    providers = safe_reading.mapping(stored.get("providers"))
    if providers:
        counts["providers"] = {name: _provider_counts(states) for name, states in providers.items()}
    return counts


def _provider_counts(stored: Any) -> dict[str, Any]:
    counts = safe_reading.mapping(stored)
    states = safe_reading.mapping(counts.get("states"))
    return {
        "states": {state: numbers.shown(n) for state, n in states.items()},
        "total": numbers.shown(counts.get("total")),
    }


def bar_of(clinic: Document) -> Bar:
    """Made from the stored count. Limits that do not apply to the clinic's tier or country do not affect the colour."""
    stored = safe_reading.mapping(clinic.get("patientCount")).get("plan")
    plan = numbers.shown(stored)
    limits = plan_limits.effective_limits(clinic)
    hard, soft = _plan_of(limits.get("hardLimit")), _plan_of(limits.get("softLimit"))
    in_force = plan_limits.plan_limit(clinic, clock.now()) is not None
    kind, word = _judge(plan, hard, soft, in_force=in_force)
    longest = max(plan, hard or 0, soft or 0, 1)
    return Bar(
        plan=plan,
        is_counted=numbers.count(stored) is not None,
        hard=hard,
        soft=soft,
        is_limited=bool(limits),
        in_force=in_force,
        kind=kind,
        word=word,
        filled=round(100 * plan / longest, 2) if limits else 0,
        soft_mark=_mark(soft, longest),
        hard_mark=_mark(hard, longest),
    )


def _plan_of(limit: dict[str, Any] | None) -> int | None:
    return None if limit is None else int(limit["plan"])


def _mark(limit: int | None, longest: int) -> float | None:
    return None if limit is None else round(100 * limit / longest, 2)


def _judge(plan: int, hard: int | None, soft: int | None, *, in_force: bool) -> tuple[str, str]:
    if hard is not None and not in_force:
        return GOOD, "limit not in force today"
    if hard is not None and plan >= hard:
        return BAD, "over the limit" if plan > hard else "at the limit"
    if soft is not None and plan >= soft:
        return WARN, "over the soft limit"
    if hard is not None and plan >= hard * _NEAR:
        return WARN, "near the limit"
    return GOOD, "within the limit" if hard is not None else "no limit"
