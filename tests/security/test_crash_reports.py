"""Crash reports: off by default; on they say which lines failed, and nothing of the request or of a patient."""

import json

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from kernel import crash_reports, outbox
from kernel.errors import RetryLater
from kernel.outbox import subscriptions
from kernel.tasks import BaseTask
from patients.events import PatientCreated
from patients.services import patients as service
from tests.events import deliver_all
from tests.factories import make_clinic, make_clinician

MARKER = "Zqmarker"
PATIENT = {"fullName": f"{MARKER} Name", "birthDate": "1984-05-06", "mrn": f"{MARKER}MRN"}


class Loopback(Transport):
    """Keeps what would be sent, as it would be sent."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def capture_envelope(self, envelope):
        self.sent.append(envelope.serialize().decode())

    def events(self):
        return [json.loads(text.splitlines()[2]) for text in self.sent]


@pytest.fixture
def reports(settings, monkeypatch):
    settings.CRASH_REPORTS_TO = "http://key@127.0.0.1:1/1"
    transport = Loopback()
    crash_reports.start(dsn=settings.CRASH_REPORTS_TO, transport=transport)
    monkeypatch.setattr(crash_reports, "_client", lambda: None)
    yield transport
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


@pytest.fixture
def patients(ben):
    clinic = make_clinic(name=f"{MARKER} Clinic")
    make_clinician(clinic, ben, "CLINIC_ADMIN")
    return f"/v1/clinics/{clinic['_id']}/patients"


def crash(*args, **kwargs):
    name = f"{MARKER} in a variable"
    raise ValueError(name) from KeyError(MARKER)


def assert_clean(reports):
    assert reports.sent
    for text in reports.sent:
        assert MARKER.lower() not in text.lower()


@pytest.mark.yardstick("P3")
def test_a_fault_in_a_request_is_reported_without_anything_of_it(
    reports, ben, patients, monkeypatch
):
    monkeypatch.setattr(service, "create_custodial_patient", crash, raising=True)
    sentry_sdk.add_breadcrumb(message=MARKER)
    answer = ben.api.post(f"{patients}?name={MARKER}", PATIENT)
    assert answer.status_code == 500

    (event,) = reports.events()
    assert_clean(reports)
    assert event["tags"] == {"operation": "CreatePatientAccount"}
    assert [value["type"] for value in event["exception"]["values"]] == ["KeyError", "ValueError"]
    last = event["exception"]["values"][-1]["stacktrace"]["frames"][-1]
    assert last["function"] == "crash"
    assert set(last) <= {"filename", "function", "module", "lineno", "in_app"}
    kept = {"event_id", "timestamp", "platform", "level", "environment", "sdk", "tags", "exception"}
    assert set(event) <= kept
    assert ben.user_id not in reports.sent[0]


@pytest.mark.yardstick("P3")
def test_a_fault_of_a_handler_is_reported_by_the_name_of_the_handler(
    reports, ben, patients, monkeypatch
):
    monkeypatch.setattr(subscriptions, "BY_NAME", {})
    outbox.subscribe(PatientCreated, "test.crash")(crash)
    ben.api.post(patients, PATIENT)
    deliver_all()

    assert [event["tags"] for event in reports.events()] == [{"handler": "test.crash"}]
    assert_clean(reports)


@pytest.mark.yardstick("P3")
def test_a_fault_of_a_task_is_reported_by_the_name_of_the_task(reports):
    task = BaseTask()
    task.name = "test.crash"
    try:
        crash()
    except ValueError as error:
        task.on_failure(error, "id", [MARKER], {}, None)

    assert [event["tags"] for event in reports.events()] == [{"task": "test.crash"}]
    assert_clean(reports)


def test_what_passes_by_itself_or_is_refused_is_not_reported(reports, ben, patients, monkeypatch):
    def wait(event):
        raise RetryLater(MARKER)

    monkeypatch.setattr(subscriptions, "BY_NAME", {})
    outbox.subscribe(PatientCreated, "test.wait")(wait)
    ben.api.post(patients, PATIENT)
    assert ben.api.post(patients, {"fullName": MARKER}).status_code == 400
    deliver_all()

    assert reports.sent == []


def test_off_by_default(settings, monkeypatch, ben, patients):
    assert settings.CRASH_REPORTS_TO == ""
    monkeypatch.setattr(crash_reports, "_client", crash)
    crash_reports.send(ValueError(MARKER))
