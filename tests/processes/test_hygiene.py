"""Nothing about a patient leaves real processes but where it is meant to go: not in logs at DEBUG level, metrics and
traces, not in Redis, and not in the addresses of outgoing calls or the subjects of mails."""

import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

from tests import ehr, xealth_orders
from tests.cast import make_person
from tests.chaos.peers import MailServer, ReportService
from tests.clients import standin as wire
from tests.deploy import expressions
from tests.processes.redis_monitor import RedisMonitor
from tests.processes.service import eventually
from tests.viewer import PAGE
from tests.xealth import BIRTH_DATE, MRN, xealth_clinic
from tests.xealth import TOKEN as XEALTHS_TOKEN
from tests.xealth_peer import XealthPeer

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
MARKER = "Zyxwvut"
REDOX_TOKEN = {"verification-token": "redox-test-token"}
OF_PATIENTS = (MARKER, "1911-11-19", "Quill", "1991-04-17", "Weir", BIRTH_DATE, MRN, "tomas")
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


@pytest.fixture
def accounts():
    server = wire.StandIn().start()
    yield server
    server.stop()


@pytest.fixture
def partner():
    with closing(XealthPeer()) as peer:
        yield peer


@pytest.fixture
def reports():
    with closing(ReportService()) as server:
        yield server


@pytest.fixture
def mails():
    with closing(MailServer()) as server:
        yield server


@pytest.fixture
def in_redis():
    with closing(RedisMonitor(settings.REDIS_URL)) as monitor:
        yield monitor


@pytest.fixture
def live(service, collector, accounts, peer, partner, reports, mails):
    """The service among stand-ins of all its neighbours."""
    names = ("SHORELINE", "SEAGULL", "PERMISSION", "AUTH", "DATA")
    neighbours = {f"TIDEPOOL_{name}_CLIENT_ADDRESS": accounts.address for name in names}
    own = {
        "LOG_LEVEL": "DEBUG",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "TIDEPOOL_SERVER_TOKEN": wire.SECRET,
        # While everything starts on a busy machine, a second is short for the first check of a token.
        "TOKEN_CHECK_TIME_LIMIT": "30s",
        "TIDEPOOL_EXPORT_CLIENT_ADDRESS": f"http://127.0.0.1:{reports.port}",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mails.port),
    }
    service.start(env={**neighbours, **own, **peer.environment(), **partner.environment()})
    return service


@pytest.mark.yardstick("P1")
@pytest.mark.walk
def test_no_patient_data_leaves_the_processes_where_it_is_not_meant_to_go(
    in_redis, live, collector, accounts, peer, partner, reports, mails
):
    ada = make_person("Ada Admin", roles=("clinician",))
    a_clinic_works(live, ada)
    an_order_of_redox_is_answered(live, peer)
    an_order_of_xealth_makes_a_patient(live, partner)
    wrong_requests_are_refused(live)

    eventually(lambda: "core.deliver_event" in live.logs() or "outbox" in live.logs())
    eventually(lambda: {"CreatePatientAccount", "notifications."} <= words_in(collector.text()))
    eventually(lambda: published(live).keys() >= OF_PROCESSES)
    eventually(lambda: len(mails.subjects) >= 3)
    assert_dashboard_fits(published(live))
    calls = [*accounts.lines, *peer.lines, *partner.lines, *reports.lines]
    written = {
        "logs": live.logs(),
        "metrics": live.get("/metrics").content.decode(),
        "traces": collector.text(),
        "redis": in_redis.text(),
        "addresses": "\n".join(line for line in calls if not is_look_up_by_address(line)),
        "subjects": "\n".join(mails.subjects),
    }
    assert_all_was_seen(written)
    for place, text in written.items():
        # The check of a token has it in its address (rule ACCOUNT-154).
        secrets = OF_PATIENTS if place == "addresses" else (*OF_PATIENTS, ada.token)
        assert [word for word in secrets if word.lower() in text.lower()] == [], place


def a_clinic_works(service, ada):
    profile = {"name": "Lakeside", "country": "US", "preferredBgUnits": "mg/dL"}
    clinic = service.post("/v1/clinics", profile, token=ada.token)
    assert clinic.status == 200, clinic.content
    patients = f"/v1/clinics/{clinic.json()['id']}/patients"
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
    broken = b'{"fullName": "' + MARKER.encode()
    assert service.post(patients, broken, token=ada.token).status == 400


def an_order_of_redox_is_answered(service, peer):
    ehr.ehr_patient(ehr.ehr_clinic(), summary=ehr.summary())
    assert service.post("/v1/redox", ehr.order(), headers=REDOX_TOKEN).status == 200
    eventually(lambda: len(peer.messages) == 3)


def an_order_of_xealth_makes_a_patient(service, partner):
    xealth_clinic()
    xealth_orders.enter(email=xealth_orders.EMAIL)
    xealth_orders.place(partner)
    notified = service.post(
        xealth_orders.NOTIFICATION, xealth_orders.notification(), headers=XEALTHS_TOKEN
    )
    assert notified.status == 200
    eventually(lambda: [one["state"] for one in xealth_orders.records()] == ["done"])


def wrong_requests_are_refused(service):
    report = f"{PAGE}?clinicId={MARKER}&patientId={MARKER}&restricted_token={MARKER}"
    for headers in ({}, {"Accept": "text/html"}, {"Host": f"{MARKER}.example.org"}):
        assert 400 <= service.get(report, headers=headers).status < 500


def is_look_up_by_address(line):
    """The user service has no other way to ask whether an address is taken (rule ACCOUNT-156)."""
    return line.startswith("GET /user/") and ("%40" in line or "@" in line)


def assert_all_was_seen(written):
    assert len(written["logs"] + written["metrics"] + written["traces"]) > 10_000
    assert "viewpdfreport" in written["logs"].lower()
    assert "deliver_event" in written["redis"]
    for address in ("/token", "/endpoint", "/v2/partner/read/order", "/profile", "/v1/clinics/"):
        assert address in written["addresses"]
    assert written["subjects"]


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
