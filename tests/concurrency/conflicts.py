"""Rounds of requests whose transactions conflict: all change one record, one of them several, at the same moment."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bson import ObjectId

from kernel import db
from tests.cast import Person
from tests.commands import failed_commands
from tests.factories import make_clinic, make_clinician, make_patient

WRITE_CONFLICT = 112  # MongoDB's code
ANSWERS = {200, 409, 503}
OTHERS = 3


@dataclass
class Conflicts:
    """`record` is the patient whom everyone changes. What a call that succeeded has stored is there after its round; of
    one that failed, everything or nothing."""

    clinic: dict[str, Any]
    record: dict[str, Any]
    others: list[dict[str, Any]]
    ada: Person
    ben: Person
    dot: Person
    answers: Counter[int] = field(default_factory=Counter)
    lost: list[Any] = field(
        default_factory=list
    )  # what is not as it was acknowledged, or half done
    worst: float = 0.0  # seconds until an answer

    def run(self, rounds: int) -> int:
        """Returns how many commands failed because of a conflict."""
        with failed_commands() as codes, ThreadPoolExecutor(len(self._calls(0))) as pool:
            for number in range(rounds):
                self._one_round(number, pool)
        return codes.count(WRITE_CONFLICT)

    def _one_round(self, number: int, pool: ThreadPoolExecutor) -> None:
        calls = self._calls(number)
        gate = threading.Barrier(len(calls))
        before = self._stored()

        def ask(name: str) -> int:
            gate.wait()
            began = time.monotonic()
            status = calls[name]().status_code
            self.worst = max(self.worst, time.monotonic() - began)
            return status

        answers = dict(zip(calls, pool.map(ask, calls), strict=True))
        assert set(answers.values()) <= ANSWERS, answers
        now, wanted = self._stored(), self._wanted(number)
        for name, status in answers.items():
            allowed = [wanted[name]] if status == 200 else [wanted[name], before[name]]
            if now[name] not in allowed:
                self.lost.append((name, number, answers))
        self.answers.update(answers.values())

    def _calls(self, number: int) -> dict[str, Any]:
        path = f"/v1/clinics/{self.clinic['_id']}/patients"
        own = f"{path}/{self.record['userId']}"
        tag = self.clinic["patientTags"][0]["_id"]
        ids = [patient["userId"] for patient in (self.record, *self.others)]
        wanted = self._wanted(number)
        details = {"fullName": "Iris", "birthDate": "1990-01-01", "mrn": wanted["details"]}
        change = "delete_tag" if number % 2 else "assign_tag"
        return {
            "details": lambda: self.ada.api.put(own, details),
            "permissions": lambda: self.dot.api.put(f"{own}/permissions", wanted["permissions"]),
            "tag": lambda: self.ben.api.post(f"{path}/{change}/{tag}", ids),
        }

    def _wanted(self, number: int) -> dict[str, Any]:
        names = ("view", "note") if number % 2 else ("view", "upload")
        return {
            "details": f"M{number}",
            "permissions": {name: {} for name in names},
            "tag": [number % 2 == 0] * (1 + len(self.others)),
        }

    def _stored(self) -> dict[str, Any]:
        tag = self.clinic["patientTags"][0]["_id"]
        ids = [patient["_id"] for patient in (self.record, *self.others)]
        found = {row["_id"]: row for row in db.collection("patients").find({"_id": {"$in": ids}})}
        record = found[self.record["_id"]]
        return {
            "details": record.get("mrn"),
            "permissions": record["permissions"],
            "tag": [tag in (found[patient].get("tags") or []) for patient in ids],
        }


def conflicts_of(ada: Person, ben: Person, dot: Person) -> Conflicts:
    clinic = make_clinic(patientTags=[{"_id": ObjectId(), "name": "Pump"}], admins=[ada.user_id])
    make_clinician(clinic, ada, "CLINIC_ADMIN")
    make_clinician(clinic, ben, "CLINIC_ADMIN")
    record = make_patient(clinic, userId=dot.user_id, permissions={"view": {}})
    others = [make_patient(clinic) for _ in range(OTHERS)]
    return Conflicts(clinic, record, others, ada, ben, dot)
