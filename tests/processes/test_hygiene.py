"""Nothing about a patient reaches the logs, metrics or traces of real processes at DEBUG level."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cast import make_person
from tests.deploy import expressions
from tests.processes.service import eventually
from tests.viewer import PAGE

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
MARKER = "Zyxwvut"
# What every process that works leaves: web, workers, scheduler, follower.
OF_PROCESSES = {
    "clinics_requests_total",
    "clinics_request_seconds_bucket",
    "clinics_tasks_total",
    "clinics_deliveries_total",
    "clinics_queue_waiting",
    "clinics_scheduler_silent_seconds",
    "clinics_follower",
    "clinics_follower_lag_seconds",
}


@pytest.fixture
def collector():
    """A collector of traces: `address`, and `text()` of all that it was sent."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.address = f"http://127.0.0.1:{server.server_port}"
    # Protobuf stores texts as they are.
    server.text = lambda: b"".join(received).decode("latin-1")
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.yardstick("P1")
@pytest.mark.walk
def test_no_patient_data_in_logs_and_metrics_at_debug_level(service, collector):
    ada = make_person("Ada Admin", roles=("clinician",))
    traced = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    service.start(env={"LOG_LEVEL": "DEBUG", **traced})
    profile = {"name": "Lakeside", "country": "US", "preferredBgUnits": "mg/dL"}
    clinic = service.post("/v1/clinics", profile, token=ada.token).json()
    patients = f"/v1/clinics/{clinic['id']}/patients"
    details = {
        "fullName": f"{MARKER} Patient",
        "birthDate": "1911-11-19",
        "email": f"{MARKER.lower()}@example.org",
        "mrn": f"{MARKER}0",
    }
    patient = service.post(patients, details, token=ada.token)
    assert patient.status == 200, patient.content
    url = f"{patients}/{patient.json()['id']}"
    changed = {**details, "fullName": f"{MARKER} Person"}
    assert service.put(url, changed, token=ada.token).status == 200
    assert MARKER.encode() in service.get(url, token=ada.token).content
    assert service.get(f"{patients}?search={MARKER}", token=ada.token).status == 200
    assert service.get(f"/v1/{MARKER}?q={MARKER}", token=ada.token).status == 404
    assert service.post(patients, {"fullName": MARKER}, token=ada.token).status == 400
    assert (
        service.post(patients, b'{"fullName": "' + MARKER.encode(), token=ada.token).status == 400
    )

    report = f"{PAGE}?clinicId={clinic['id']}&patientId={MARKER}&restricted_token={MARKER}"
    for headers in ({}, {"Accept": "text/html"}, {"Host": f"{MARKER}.example.org"}):
        assert 400 <= service.get(report, headers=headers).status < 500

    eventually(lambda: "core.deliver_event" in service.logs() or "outbox" in service.logs())
    eventually(lambda: {"CreatePatientAccount", "notifications."} <= words_in(collector.text()))
    eventually(lambda: published(service).keys() >= OF_PROCESSES)
    assert_dashboard_fits(published(service))
    written = service.logs() + service.get("/metrics").content.decode() + collector.text()
    written = written.lower()
    assert len(written) > 10_000
    assert "viewpdfreport" in written
    for secret in (MARKER.lower(), "1911-11-19", ada.token.lower()):
        assert secret not in written


def words_in(text):
    return {word for word in ("CreatePatientAccount", "notifications.") if word in text}


def published(service):
    """metric -> its labels"""
    families = text_string_to_metric_families(service.get("/metrics").content.decode())
    return {sample.name: {*sample.labels} for family in families for sample in family.samples}


def assert_dashboard_fits(metrics):
    """What several processes add up has the labels that rules and dashboard ask for."""
    for name, expression in expressions.expressions().items():
        for asked in expressions.read(expression):
            if asked.metric in metrics:
                assert asked.labels <= metrics[asked.metric], name
