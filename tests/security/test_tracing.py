"""Traces: off they cost nothing; on they follow a request through the outbox to a neighbour, without patient data."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from kernel import http, outbox, tracing, tracing_sdk
from kernel.outbox import rows, subscriptions
from patients.events import PatientCreated
from tests.clients.standin import StandIn
from tests.events import deliver_all
from tests.factories import make_clinic, make_clinician

MARKER = "Zqmarker"
TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = f"00-{TRACE}-b7ad6b7169203331-01"
PATIENT = {
    "fullName": f"{MARKER} Name",
    "birthDate": "1984-05-06",
    "email": f"{MARKER}.mail@example.org",
    "mrn": f"{MARKER}MRN",
}


@pytest.fixture
def spans(settings, monkeypatch):
    """spans() are those that ended, oldest first."""
    settings.TRACES_TO = "http://127.0.0.1:1"
    exporter = InMemorySpanExporter()
    tracer = tracing_sdk.provider(SimpleSpanProcessor(exporter)).get_tracer("clinics")
    monkeypatch.setattr(tracing_sdk, "_tracer", lambda: tracer)
    return exporter.get_finished_spans


@pytest.fixture
def neighbour():
    server = StandIn().start()
    yield server
    server.stop()


@pytest.fixture
def patients(ben):
    clinic = make_clinic(name=f"{MARKER} Clinic")
    make_clinician(clinic, ben, "CLINIC_ADMIN")
    return f"/v1/clinics/{clinic['_id']}/patients"


@pytest.fixture
def asks(monkeypatch, neighbour):
    """A handler that asks a neighbour about the new patient."""

    def ask(event):
        url = f"{neighbour.address}/{MARKER}/{event.user_id}?name={MARKER}"
        http.request("profile", "POST", url, json={"name": MARKER})

    monkeypatch.setattr(subscriptions, "BY_NAME", {})
    outbox.subscribe(PatientCreated, "test.ask")(ask)


def everything_in(span):
    """All that leaves the process with a span."""
    events = [(event.name, dict(event.attributes)) for event in span.events]
    state = span.context.trace_state.to_header()
    names = (span.name, span.status.description, state)
    return repr((names, events, dict(span.attributes), dict(span.resource.attributes)))


def test_a_trace_goes_from_the_request_through_the_outbox_to_the_neighbour(
    spans, ben, patients, neighbour, asks
):
    created = ben.api.post(patients, PATIENT, headers={"traceparent": CALLER})
    assert created.status_code == 200, created.content
    assert deliver_all() == 1

    request, call, delivery = spans()
    assert [span.name for span in spans()] == [
        "CreatePatientAccount",
        "call profile",
        "test.ask",
    ]
    assert {f"{span.context.trace_id:032x}" for span in spans()} == {TRACE}
    assert delivery.parent.span_id == request.context.span_id
    assert call.parent.span_id == delivery.context.span_id
    sent = {name.lower(): value for name, value in neighbour.headers[-1].items()}
    assert sent["traceparent"] == f"00-{TRACE}-{call.context.span_id:016x}-01"


@pytest.mark.yardstick("P1")
def test_no_span_holds_anything_of_a_patient(spans, ben, patients, neighbour, asks):
    headers = {"traceparent": CALLER, "tracestate": f"a={MARKER}", "baggage": f"name={MARKER}"}
    extra = {"headers": {**headers, "x-tidepool-trace-request": MARKER}}
    created = ben.api.post(patients, PATIENT, **extra).json()
    path = f"{patients}/{created['id']}"
    assert ben.api.get(path, **extra).status_code == 200
    assert ben.api.put(path, {**PATIENT, "mrn": MARKER}, **extra).status_code == 200
    assert ben.api.get(f"{patients}?search={MARKER}", **extra).status_code == 200
    assert ben.api.get(f"/v1/{MARKER}?q={MARKER}", **extra).status_code == 404
    assert ben.api.post(patients, {"fullName": MARKER}, **extra).status_code == 400
    deliver_all()

    assert len(spans()) >= 8
    for span in spans():
        assert {name.removeprefix("clinics.") for name in span.attributes} <= tracing_sdk.ALLOWED
        for secret in (MARKER.lower(), created["id"], ben.user_id, ben.token, "1984-05-06"):
            assert secret not in everything_in(span).lower()


def test_an_exception_leaves_the_name_of_its_type(spans, ben, patients, monkeypatch):
    def fail(event):
        raise ValueError(event.user_id)

    monkeypatch.setattr(subscriptions, "BY_NAME", {})
    outbox.subscribe(PatientCreated, "test.fail")(fail)
    created = ben.api.post(patients, PATIENT).json()
    deliver_all()

    delivery = spans()[-1]
    assert delivery.status.status_code is StatusCode.ERROR
    assert delivery.attributes["clinics.error"] == "ValueError"
    assert created["id"] not in everything_in(delivery)


def test_an_attribute_that_is_not_listed_is_dropped(spans):
    with tracing.call("profile") as span:
        span.note(address=f"/{MARKER}", status=200)

    assert dict(spans()[0].attributes) == {"clinics.service": "profile", "clinics.status": 200}


@pytest.mark.parametrize("stored", [None, "", "no trace", f"{CALLER}-{MARKER}", 7, {"a": MARKER}])
def test_a_row_whose_trace_cannot_be_read_is_delivered_in_a_trace_of_its_own(spans, stored):
    row = {"_id": 1, "handler": "test.any", "queue": "default", "attempts": 1, "trace": stored}
    with tracing.delivery(row):
        pass

    assert MARKER not in everything_in(spans()[0])
    assert f"{spans()[0].context.trace_id:032x}" != TRACE or stored == CALLER


def test_without_traces_nothing_is_stored_or_sent(ben, patients, neighbour, asks):
    ben.api.post(patients, PATIENT, headers={"traceparent": CALLER})
    assert [row for row in rows.collection().find({}) if "trace" in row] == []
    deliver_all()

    assert neighbour.headers
    assert all("traceparent" not in map(str.lower, sent) for sent in neighbour.headers)


def test_what_is_off_is_not_imported():
    """With every app, page and task loaded."""
    code = (
        "import django, sys; django.setup(); import clinics_site.celery, clinics_site.urls; "
        "clinics_site.celery.app.loader.import_default_modules(); "
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'sentry_sdk'))])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_a_request_is_found_in_the_log_by_its_trace(spans, ben, patients, log):
    ben.api.get(patients, headers={"traceparent": CALLER})

    assert f'"trace":"{TRACE}"' in log()


def test_a_refusal_is_no_error(spans, ben):
    clinic = make_clinic()
    assert ben.api.get(f"/v1/clinics/{clinic['_id']}/patients").status_code == 403

    assert spans()[-1].status.status_code is StatusCode.UNSET


def test_the_collector_gets_the_headers_of_the_setting_which_may_come_from_a_file(
    receiver, settings
):
    settings.TRACES_TO = f"http://127.0.0.1:{receiver.port}/"
    settings.TRACES_HEADERS = "authorization=Bearer%20a-token,x-team=care"
    receiver.status = 200
    tracing_sdk._exporter().export([])
    (sent,) = receiver.received
    assert (sent.headers["authorization"], sent.headers["x-team"]) == ("Bearer a-token", "care")
