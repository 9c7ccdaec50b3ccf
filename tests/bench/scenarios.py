"""What is measured: one entry per scenario. A new one is one more line in SCENARIOS."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class World:
    """The seeded clinic a run works on."""

    size: int
    clinic_id: str
    patient_ids: list[str]
    tag_ids: list[str]
    site_ids: list[str]
    tokens: dict[str, str]  # "backend", "admin"
    search_text: str = ""
    cutoff: str = "2020-01-01T00:00:00Z"
    bodies: dict[str, Any] = field(default_factory=dict)

    @property
    def clinic(self) -> str:
        return f"/v1/clinics/{self.clinic_id}"


@dataclass(frozen=True)
class Scenario:
    """`path` gives one path, or a list the load cycles through. `page` names the floor it is held against."""

    name: str
    path: Callable[[World], str | list[str]]
    token: str = "admin"
    method: str = "GET"
    body: Callable[[World], list[Any]] | None = None
    page: int = 0


def _each_patient(suffix: str = "") -> Callable[[World], list[str]]:
    return lambda w: [f"{w.clinic}/patients/{p}{suffix}" for p in w.patient_ids]


HOT = [
    Scenario("empty answer", lambda w: "/live"),
    Scenario("get clinic, backend", lambda w: w.clinic, token="backend"),
    Scenario("get clinic, user", lambda w: w.clinic),
    Scenario("get mrn settings, backend", lambda w: f"{w.clinic}/settings/mrn", token="backend"),
    Scenario("get mrn settings, user", lambda w: f"{w.clinic}/settings/mrn"),
    Scenario("get ehr settings, user", lambda w: f"{w.clinic}/settings/ehr"),
    Scenario("get patient count, user", lambda w: f"{w.clinic}/patient_count"),
    Scenario("get patient, backend", _each_patient(), token="backend"),
    Scenario("get patient, user", _each_patient()),
]

SCENARIOS = {"hot": HOT}
