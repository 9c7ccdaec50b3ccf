"""Clients that write all the time, each thing once, and keep a log: what was acknowledged has to be there at the end,
with everything that follows from it, once.

A write is an invitation of a clinician, from which one mail follows, or a new patient, whom the clinic's list shows.
"""

import http.client
import itertools
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymongo

from tests import mails
from tests.processes.service import Service, eventually

TIMEOUT = 60.0  # of a client; the service answers much sooner
ADA = "ada@example.org"
INVITATION = "invite"
PAUSE = 0.05  # between two writes of a client, so that the machine is not what is tested
EXPECTED = {0, 200, 503}  # success, "later" and a connection that broke
LIMITS = {"MAILS_PER_CALLER": "1000000/hour"}


@dataclass(frozen=True, slots=True)
class Write:
    """`status` 0: the connection ended without an answer."""

    name: str
    began: float
    ended: float
    status: int

    @property
    def seconds(self) -> float:
        return self.ended - self.began


class Writers:
    """`with Writers(…):` they write as long as the block runs."""

    def __init__(
        self,
        service: Service,
        folder: Path,
        *,
        token: str = "",
        clients: int = 4,
        pause: float = PAUSE,
    ) -> None:
        """`token` is Ada's where accounts are elsewhere; here she gets an account."""
        self.log: list[Write] = []
        self._pause = pause
        self._service, self._mails = service, folder
        self._numbers, self._ended = itertools.count(), threading.Event()
        self._token = token or self._make_ada()
        self._clinic = self._make_clinic()
        kinds = itertools.cycle((self._invite, self._add_patient))
        self._threads = [
            threading.Thread(target=self._work, args=(next(kinds),), daemon=True)
            for _ in range(clients)
        ]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        self.wait_for_acknowledged()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        assert not unexpected(self.log)

    # --- what they do
    def _make_ada(self) -> str:
        self._service.manage("create_user", "--email", ADA, "--name", "Ada", "--clinician")
        return self._service.manage("token", "--user", ADA).strip()

    def _make_clinic(self) -> str:
        """Not in the US, where 250 patients are the limit of its plan: fast writers reach that."""
        profile = {"name": "Lakeside", "country": "CA", "preferredBgUnits": "mmol/L"}
        answer = self._service.post("/v1/clinics", profile, token=self._token)
        assert answer.status == 200, answer.content
        return answer.json()["id"]

    def _work(self, write) -> None:
        while not self._ended.wait(self._pause):
            number, began = next(self._numbers), time.monotonic()
            name, status = f"{write.__name__.strip('_')}-{number}", 0
            try:
                status = write(name)
            except (OSError, http.client.HTTPException):
                self._ended.wait(0.2)  # no one listens: try again a little later
            self.log.append(Write(name, began, time.monotonic(), status))

    def _invite(self, name: str) -> int:
        body = {"email": address(name), "roles": ["CLINIC_MEMBER"]}
        return self._post("invites/clinicians", body)

    def _add_patient(self, name: str) -> int:
        return self._post("patients", {"fullName": name, "birthDate": "1990-01-02", "mrn": name})

    def _post(self, path: str, body: dict[str, object]) -> int:
        path = f"/v1/clinics/{self._clinic}/{path}"
        return self._service.post(path, body, token=self._token, timeout=TIMEOUT).status

    # --- what they saw
    def acknowledged(self, *, since: float = 0.0) -> list[Write]:
        return [one for one in list(self.log) if one.status == 200 and one.began >= since]

    def answers(self, *, since: float) -> dict[str, int]:
        """How often each kind of write ended with each status (0: without an answer)."""
        kinds = (
            (one.name.split("-")[0], one.status) for one in list(self.log) if one.ended >= since
        )
        return {f"{kind} {status}": times for (kind, status), times in Counter(kinds).items()}

    def wait_for_acknowledged(self, *, within: float = 60) -> None:
        """One of each kind that begins from now on."""
        now = time.monotonic()

        def has_both() -> bool:
            assert not unexpected(self.log)
            return len({one.name[:3] for one in self.acknowledged(since=now)}) == 2

        eventually(has_both, within=within, every=0.02)

    def judge(self, uri: str, database: str) -> "Verdict":
        """Once everything is delivered."""
        with pymongo.MongoClient(uri) as client:
            stored = client[database]
            invited = Counter(
                one["email"] for one in stored["clinicians"].find({"inviteId": {"$exists": 1}})
            )
            patients = Counter(
                one["mrn"] for one in stored["patients"].find({"mrn": {"$exists": 1}})
            )
            assert stored["outbox"].count_documents({"state": "dead"}) == 0
        mailed: Counter[str] = Counter()
        for (recipient, _), times in mails.count(self._mails).items():
            mailed[recipient] += times
        del mailed[ADA]  # told of her clinic
        return Verdict(
            self.log, invited, patients, mailed, self._list(self._service)["meta"]["count"]
        )

    def listed_by(self, service: Service) -> set[str]:
        """The names of the patients that the clinic's list shows there."""
        return {patient["fullName"] for patient in self._list(service)["data"]}

    def _list(self, service: Service) -> Any:
        path = f"/v1/clinics/{self._clinic}/patients?limit=1000"
        return service.get(path, token=self._token).json()


@dataclass(frozen=True, slots=True)
class Verdict:
    log: list[Write]
    invited: Counter[str]
    patients: Counter[str]
    mailed: Counter[str]
    listed: int

    @property
    def lost(self) -> list[str]:
        """Acknowledged and not there, or without what follows. What was stored and could not be acknowledged has to
        have its mail, too: the event is stored with the change, or neither is."""
        return [
            *(one.name for one in self.log if one.status == 200 and not self._is_there(one)),
            *(self.invited.keys() - self.mailed.keys()),
            *(["a patient of the list"] if self.listed != len(self.patients) else []),
        ]

    @property
    def doubled(self) -> list[str]:
        counts = (*self.invited.items(), *self.patients.items(), *self.mailed.items())
        return [name for name, times in counts if times > 1]

    @property
    def unfounded(self) -> set[str]:
        """Mails about invitations that are not stored."""
        return self.mailed.keys() - self.invited.keys()

    @property
    def worst(self) -> float:
        """Seconds until the slowest answer, of those that came."""
        return max(one.seconds for one in self.log if one.status)

    def between(self, began: float, ended: float) -> dict[str, int | float]:
        """For the table: what was asked in this time."""
        asked = [one for one in self.log if began <= one.ended and one.began <= ended]
        doubled = set(self.doubled)
        return {
            "acknowledged": sum(one.status == 200 for one in asked),
            "lost": sum(one.status == 200 and not self._is_there(one) for one in asked),
            "doubled": sum(bool({one.name, address(one.name)} & doubled) for one in asked),
            "worst": max(one.seconds for one in asked if one.status),
        }

    def _is_there(self, one: Write) -> bool:
        if one.name.startswith(INVITATION):
            return address(one.name) in self.invited and address(one.name) in self.mailed
        return one.name in self.patients


def unexpected(log: list[Write]) -> set[int]:
    return {one.status for one in list(log)} - EXPECTED


def address(name: str) -> str:
    return f"{name}@example.org"
