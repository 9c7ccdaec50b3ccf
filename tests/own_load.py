"""What clients of this service do, at random: lists and changes of patients, and what the workers of other services
call. Over any way to call: the test client, or HTTP.
"""

import time
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson

from tests.cast import make_person
from tests.factories import make_clinician
from tests.list_questions import Questions, path
from tests.other_service.documents import Inventor
from tests.other_service.summaries import stats

# Refused by a rule, or overtaken: gone by then, changed by someone else, not among the clinic's tags any more.
EXPECTED = {200, 204, 400, 404, 409, 422}
_PLAN_IS_FULL = ("create", 402)


@dataclass(frozen=True)
class Callers:
    """`member(method, path, body)` and `backend(…)` return (status, body)."""

    member: Any
    backend: Any


def unexpected_in_the_long_run(loads):
    """More are created than deleted, so after some minutes a clinic's plan is full."""
    answers = sum((Counter(load.unexpected()) for load in loads), Counter())
    return {answer: n for answer, n in answers.items() if answer != _PLAN_IS_FULL}


def callers_over_http(service, clinics):
    """An admin of these clinics, and a service."""
    member = make_person("Lin Member")
    for clinic in clinics:
        make_clinician(clinic, member, "CLINIC_ADMIN")
    return Callers(_caller(service, member.token), _caller(service, service.server_token()))


def _caller(service, token):
    def call(method, path, body):
        answer = service.request(method, path, body, token=token)
        is_json = answer.content and answer.headers["Content-Type"] == "application/json"
        return answer.status, answer.json() if is_json else None

    return call


class OwnLoad:
    """`step()` is one request; `answers` counts (step, status), `worst` is how many seconds the slowest took."""

    def __init__(self, callers, clinic, *, seed, now):
        self.callers, self.clinic_id = callers, clinic["_id"]
        self.root = f"/v1/clinics/{clinic['_id']}"
        self.clinic, self.dice = clinic, Random(seed)
        self.invent = Inventor(f"{seed} of our load", now)
        self.questions = Questions(self.dice, clinic, now)
        self.known = []  # user ids that the last list has shown
        self.answers, self.worst = Counter(), 0.0
        self.created = []  # user ids that were acknowledged

    def step(self):
        name = self.dice.choices(list(STEPS), list(STEPS.values()))[0] if self.known else "list"
        began = time.monotonic()
        status, body = getattr(self, name)()
        self.worst = max(self.worst, time.monotonic() - began)
        self.answers[name, status] += 1
        if (name, status) == ("create", 200):
            self.created.append(body["id"])
        return name, status, body

    @property
    def acknowledged(self):
        return sum(n for (_, status), n in self.answers.items() if status in (200, 204))

    def unexpected(self):
        return {key: n for key, n in self.answers.items() if key[1] not in EXPECTED}

    def _patient(self):
        return f"{self.root}/patients/{self.dice.choice(self.known)}"

    def list(self):
        query, skip, limit = self.questions.some()
        status, body = self.callers.member(
            "get", path(self.clinic, query, skip=skip, limit=limit), None
        )
        if status == 200 and body["data"]:
            self.known = [patient["id"] for patient in body["data"]]
        return status, body

    # --- members
    def create(self):
        body = {"fullName": self.invent.person()["fullName"], "birthDate": "1990-01-02"}
        return self.callers.member("post", f"{self.root}/patients", body | self._details())

    def _details(self):
        sources = [
            {"providerName": "dexcom", "state": "pending"},
            {"providerName": "twiist", "state": "error"},
        ]
        return {
            "tags": self.dice.sample(self.questions.tags, self.dice.randint(0, 2)),
            "dataSources": self.dice.sample(sources, self.dice.randint(0, 2)),
            **({"mrn": f"O{self.dice.randrange(10**9)}"} if self.dice.random() < 0.5 else {}),
        }  # fmt: skip

    def update(self):
        """The record is read and sent back with a change, as clients do."""
        at = self._patient()
        status, body = self.callers.member("get", at, None)
        if status != 200:
            return status, body
        kept = {name: value for name, value in body.items() if name not in ("summary", "sites")}
        changed = {"fullName": self.invent.person()["fullName"], **self._details()}
        return self.callers.member("put", at, kept | changed)

    def delete(self):
        return self.callers.member("delete", self._patient(), None)

    def review(self):
        return self.callers.member("put", f"{self._patient()}/reviews", None)

    def take_review_back(self):
        return self.callers.member("delete", f"{self._patient()}/reviews", None)

    def connect(self):
        return self.callers.member("post", f"{self._patient()}/connect/dexcom", None)

    def count(self):
        return self.callers.member("get", f"{self.root}/patient_count", None)

    def report(self):
        cutoff = "2026-01-01T00:00:00Z"
        tag = self.dice.choice(self.questions.tags)
        query = f"period=14d&tags={tag}&lastDataCutoff={cutoff}"
        return self.callers.member("get", f"{self.root}/tide_report?{query}", None)

    def assign_tag(self):
        return self._to_some("assign_tag")

    def remove_tag(self):
        return self._to_some("delete_tag")

    def _to_some(self, what):
        users = self.dice.sample(self.known, min(3, len(self.known)))
        tag = self.dice.choice(self.questions.tags)
        return self.callers.member("post", f"{self.root}/patients/{what}/{tag}", users)

    # --- other services
    def replace_summary(self):
        kind = self.dice.choice(("cgm", "bgm"))
        part = orjson.loads(orjson.dumps(stats(self.dice, kind, self.invent.now)))
        if kind == "bgm":
            part["periods"] = {name: _without_nulls(p) for name, p in part["periods"].items()}
        user = self.dice.choice(self.known)
        return self.callers.backend("post", f"/v1/patients/{user}/summary", {f"{kind}Stats": part})

    def replace_data_sources(self):
        sources = [
            {name: source[name] for name in ("providerName", "state")}
            for source in self.invent.sources()
        ]
        user = self.dice.choice(self.known)
        return self.callers.backend("put", f"/v1/patients/{user}/data_sources", sources)

    def refresh_count(self):
        return self.callers.backend("post", f"{self.root}/patient_count/refresh", None)


def _without_nulls(period):
    return {name: value for name, value in period.items() if value is not None}


STEPS = {
    "list": 10,
    "create": 4,
    "update": 6,
    "delete": 3,
    "review": 5,
    "take_review_back": 2,
    "connect": 1,
    "count": 1,
    "report": 1,
    "assign_tag": 2,
    "remove_tag": 1,
    "replace_summary": 6,
    "replace_data_sources": 4,
    "refresh_count": 1,
}
