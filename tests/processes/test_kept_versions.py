"""Two versions of the service on one database, as in a rolling deployment, and going from one to the other and back
(rule PATIENT-149, decision 0019). The other version is this code with another number (tests/other_version)."""

import os
import time
from datetime import timedelta

import pytest
from bson import ObjectId
from django.conf import settings

from kernel import clock, db
from patients import kept
from scripts import local
from tests.factories import make_clinic, make_clinician, patient_document
from tests.processes.conftest import same_place
from tests.processes.service import Service, eventually

pytestmark = [
    pytest.mark.processes,
    pytest.mark.walk,
    pytest.mark.foreign_writes,
    pytest.mark.timeout(240),
]
OTHER = kept.VERSION + 1
BOTH = (kept.VERSION, OTHER)


@pytest.fixture
def other(tmp_path):
    """The service of another version on the same database; not started yet."""
    folder = tmp_path / "other"
    folder.mkdir()
    paths = [local.BASE / "tests" / "other_version", local.BASE]
    service = Service(
        folder,
        {
            "SECRET_KEY": settings.SECRET_KEY,
            **same_place(),
            "KEPT_VERSION": str(OTHER),
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
        },
    )
    yield service
    service.stop()
    for base in kept.BASES:
        db.database().drop_collection(kept.named(base, OTHER))


class Lakeside:
    """A clinic with a tag, read and changed through any of the two services."""

    def __init__(self, ben):
        self.tag = ObjectId()
        self.clinic = make_clinic(patientTags=[{"_id": self.tag, "name": "Pump"}])
        make_clinician(self.clinic, ben, "CLINIC_ADMIN")
        self.path = f"/v1/clinics/{self.clinic['_id']}"
        self.patients = [patient_document(self.clinic) for _ in range(3)]
        db.database()["patients"].insert_many(self.patients)
        self.token = ben.token

    def set_tags(self, service, patient, tags):
        path = f"{self.path}/patients/{patient['userId']}"
        body = {
            "fullName": "Iris Example",
            "birthDate": "1984-05-06",
            "tags": [str(t) for t in tags],
        }
        assert service.put(path, body, token=self.token).status == 200

    def create_patient(self, service):
        body = {"fullName": "Ann Other", "birthDate": "1990-01-01"}
        assert service.post(f"{self.path}/patients", body, token=self.token).status == 200

    def shown(self, service):
        """(patients listed, those with the tag in the list, those with the tag in the clinic)"""
        everyone = self._get(service, f"{self.path}/patients")
        tagged = self._get(service, f"{self.path}/patients?tags={self.tag}")
        (tag,) = self._get(service, self.path)["patientTags"]
        return everyone["meta"]["count"], tagged["meta"]["count"], tag.get("numPatients", 0)

    def _get(self, service, path):
        answer = service.get(path, token=self.token)
        assert answer.status == 200, answer.content
        return answer.json()


def kept_by(version):
    """{patient: tags} of all rows."""
    rows = db.database()[kept.named("patientLists", version)].find({})
    return {row["patientId"]: row.get("tags", []) for row in rows}


def handled():
    """How many changes the followers have read."""
    rows = {row["_id"]: row for row in db.database()["followers"].find({})}
    return [rows[kept.follower_of(version)]["changes"] for version in BOTH]


def are_prepared():
    names = [kept.named("prepared", version) for version in BOTH]
    return db.database()["derivations"].count_documents({"_id": {"$in": names}}) == 2


def seem_stopped_for_an_hour(version):
    moment = clock.now() - timedelta(hours=1)
    changed = {"followedTime": moment, "noteTime": moment}
    db.database()["followers"].update_one({"_id": kept.follower_of(version)}, {"$set": changed})


@pytest.mark.yardstick("V4")
def test_two_versions_serve_side_by_side_and_each_can_be_gone_back_to(service, other, ben):
    lakeside = Lakeside(ben)
    service.start(only=("web", "follower"))
    other.start(only=("web", "follower"))
    eventually(are_prepared)

    each_shows_what_the_other_has_changed(lakeside, service, other)
    neither_corrects_the_other()
    one_that_was_stopped_shows_what_has_changed_meanwhile(lakeside, stopped=other, running=service)
    one_that_was_stopped_shows_what_has_changed_meanwhile(lakeside, stopped=service, running=other)


def each_shows_what_the_other_has_changed(lakeside, service, other):
    first, second, _ = lakeside.patients
    lakeside.set_tags(service, first, [lakeside.tag])
    lakeside.set_tags(other, second, [lakeside.tag])
    lakeside.create_patient(other)
    for running in (service, other):
        eventually(lambda running=running: lakeside.shown(running) == (4, 2, 2), within=10)


def neither_corrects_the_other():
    """When all is followed nothing is written any more."""
    eventually(lambda: kept_by(kept.VERSION) == kept_by(OTHER))
    eventually(_are_quiet, within=20)


def _are_quiet():
    before = handled()
    time.sleep(2)
    return handled() == before


def one_that_was_stopped_shows_what_has_changed_meanwhile(lakeside, *, stopped, running):
    """From its first answer on, even before its follower has come to it."""
    version = OTHER if "KEPT_VERSION" in stopped.env else kept.VERSION
    for name in ("web", "follower"):
        stopped.terminate(name)
    everyone, tagged, _ = lakeside.shown(running)
    lakeside.set_tags(running, lakeside.patients[2], [lakeside.tag] if tagged == 2 else [])
    lakeside.create_patient(running)
    expected = lakeside.shown(running)
    assert expected[0] == everyone + 1
    assert expected[1:] != (tagged, tagged)
    seem_stopped_for_an_hour(version)

    stopped.start(only=("web",))
    assert lakeside.shown(stopped) == expected
    stopped.start_worker("follower")
    eventually(lambda: kept_by(kept.VERSION) == kept_by(OTHER))
    assert lakeside.shown(stopped) == expected
