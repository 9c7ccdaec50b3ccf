"""No log line contains a patient's data: real logging configuration at DEBUG level, with markers in every
name, address, number, path, query and header, through success, refusal, crash and background work."""

import re
from urllib.parse import urlencode

import orjson
import pytest
from pymongo.errors import DuplicateKeyError

from kernel import db, policy
from kernel import logging as ours
from tests.cast import Api, QuickClient, described_operations
from tests.events import deliver_all
from tests.factories import make_clinic, make_clinician, make_patient
from tests.policy.callers import IDS
from tests.viewer import PAGE, pdf_address, query_of, subscribed_patient
from tests.xealth import xealth_clinic
from users.services import accounts
from xealth.services import reports

MARKER = "Zqmarker"
PATIENT = {
    "fullName": f"{MARKER} Name",
    "birthDate": "1984-05-06",
    "email": f"{MARKER}.mail@example.org",
    "mrn": f"{MARKER}MRN",
    "targetDevices": [f"{MARKER}device"],
}


def assert_clean(text, *, at_least=1):
    lines = text.splitlines()
    assert len(lines) >= at_least, "nothing was logged: the test looks at the wrong place"
    assert [line for line in lines if MARKER.lower() in line.lower()] == []
    for line in lines:
        assert set(orjson.loads(line)) <= ours.ALLOWED


@pytest.fixture
def clinic(ben, log):
    code = IDS["shareCode"]
    document = make_clinic(name=f"{MARKER} Clinic", canonicalShareCode=code, shareCodes=[code])
    make_clinician(document, ben, "CLINIC_ADMIN")
    return document


def test_the_database_driver_logs_at_debug_level(clinic, ben, log):
    """Otherwise the tests below would prove nothing about it: pymongo logs whole commands."""
    ben.api.get(f"/v1/clinics/{clinic['_id']}/patients?search={MARKER}")
    assert "pymongo.command" in log()
    assert_clean(log(), at_least=5)


@pytest.mark.yardstick("P1")
def test_the_life_of_a_patient_leaves_no_data_in_the_log(clinic, ben, backend, log):
    base = f"/v1/clinics/{clinic['_id']}/patients"
    created = ben.api.post(base, PATIENT)
    assert created.status_code == 200
    patient_path = f"{base}/{created.json()['id']}"
    for response in (
        ben.api.get(patient_path),
        ben.api.put(
            patient_path,
            {**PATIENT, "fullName": f"{MARKER} Changed", "email": f"{MARKER}2@example.org"},
        ),
        ben.api.get(f"{base}?search={MARKER}&sort=%2BfullName"),
        ben.api.get(f"/v1/patients?mrn={MARKER}MRN"),
        ben.api.post(base, PATIENT),
        ben.api.post(f"{patient_path}/upload_reminder"),
        ben.api.post(f"{patient_path}/connect/dexcom"),
        backend.post(
            f"/v1/patients/{created.json()['id']}/summary", {"cgmStats": {"marker": MARKER}}
        ),
        ben.api.delete(patient_path),
    ):
        assert response.status_code < 500
    deliver_all()

    assert_clean(log(), at_least=20)


def values_of(schema, depth=0):
    """A body in which every text is the marker; many such bodies are refused, which is tested too."""
    from kernel.api.schema import COMPONENTS

    if "$ref" in schema:
        schema = COMPONENTS[schema["$ref"].rsplit("/", 1)[-1]]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if depth > 4 or kind == "string":
        return MARKER
    if kind == "array":
        return [values_of(schema["items"], depth + 1)]
    if kind == "object":
        return {MARKER: MARKER} | {
            name: values_of(part, depth + 1) for name, part in schema.get("properties", {}).items()
        }
    return 1


@pytest.mark.yardstick("P1", "P2")
def test_markers_in_every_operation_are_not_logged(clinic, ben, backend, eve, log):
    sent = 0
    for method, path, operation in described_operations().values():
        content = operation.get("requestBody", {}).get("content", {})
        schema = next((entry["schema"] for entry in content.values()), None)
        body = None if schema is None else values_of(schema)
        good = re.sub(
            r"{(\w+)}",
            lambda m: {**IDS, "clinicId": str(clinic["_id"])}.get(m[1], "0123456789"),
            path,
        )
        bad = re.sub(r"{(\w+)}", MARKER, path)
        for api in (backend, ben.api, eve.api, Api(MARKER), Api()):
            for url in (good, bad):
                headers = {"User-Agent": MARKER, "x-tidepool-server-name": MARKER}
                api.request(
                    method, f"{url}?search={MARKER}&{MARKER}={MARKER}", body, headers=headers
                )
                sent += 1

    assert_clean(log(), at_least=sent)


def test_unreadable_bodies_are_not_logged(clinic, ben, log):
    url = f"/v1/clinics/{clinic['_id']}/patients"
    for raw in (
        b"{" + MARKER.encode(),
        b'"' + MARKER.encode() + b'"',
        orjson.dumps({f"${MARKER}": 1}),
    ):
        assert ben.api.post(url, raw).status_code == 400
    assert ben.api.post(url, b"{}", content_type=f"text/{MARKER}").status_code == 400
    assert_clean(log(), at_least=4)


@pytest.mark.yardstick("P1", "P3")
@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(f"{MARKER} in a message"),
        KeyError(MARKER),
        DuplicateKeyError(
            f"E11000 dup key: {{ mrn: '{MARKER}' }}", 11000, {"keyValue": {"mrn": MARKER}}
        ),
    ],
)
def test_a_crash_in_a_view_logs_no_data(clinic, ben, monkeypatch, log, error):
    def crash(*args):
        raise error

    monkeypatch.setattr(policy, "allows", crash)
    response = ben.api.post(f"/v1/clinics/{clinic['_id']}/patients?search={MARKER}", PATIENT)

    assert MARKER not in response.content.decode()
    assert_clean(log())


@pytest.mark.yardstick("P1")
def test_a_crash_outside_the_views_logs_no_data(clinic, ben, monkeypatch, log):
    """Django's own answer and log when even the error handler fails."""
    from kernel import handler

    def crash(*args, **kwargs):
        raise RuntimeError(MARKER)

    monkeypatch.setattr(handler, "as_domain_error", crash)
    response = ben.api.get(f"/{MARKER}/no/such/path?{MARKER}={MARKER}")

    assert response.status_code == 500
    assert response.json() == {"message": "Internal Server Error"}
    assert_clean(log())


def test_a_duplicate_key_logs_no_data(clinic, log):
    patient = make_patient(clinic, fullName=MARKER, mrn=MARKER)
    with pytest.raises(DuplicateKeyError):
        db.collection("patients").insert_one({**patient})
    assert_clean(log())


@pytest.mark.yardstick("P1")
def test_failing_background_work_logs_no_data(monkeypatch, log):
    from kernel import outbox, tasks
    from kernel.events import MailRequested
    from kernel.outbox import subscriptions

    monkeypatch.setattr(subscriptions, "BY_NAME", dict(subscriptions.BY_NAME))

    @outbox.subscribe(MailRequested, "test.fails")
    def fail(event):
        raise ValueError(MARKER)

    outbox.emit(MailRequested(recipient=f"{MARKER}@example.org"))
    row = db.collection(outbox.COLLECTION).find_one({"handler": "test.fails"})
    tasks.deliver_event(str(row["_id"]), row.get("queue", "default"))

    assert "outbox.retry" in log()
    assert_clean(log())


def test_logging_in_logs_no_credentials(log):
    import base64

    accounts.create_user(
        email=f"{MARKER}@example.org", full_name=MARKER, password=f"{MARKER}-password"
    )
    for password in (f"{MARKER}-password", f"{MARKER}-wrong"):
        pair = base64.b64encode(f"{MARKER}@example.org:{password}".encode()).decode()
        Api().post("/auth/login", headers={"Authorization": f"Basic {pair}"})
    assert_clean(log(), at_least=2)


@pytest.mark.parametrize("host", [MARKER, f"{MARKER}.example.org"])
def test_an_unknown_host_name_is_not_logged(host, log):
    response = Api().get("/v1/clinics", headers={"Host": host})
    assert response.status_code in (400, 401)
    assert MARKER not in response.content.decode()
    assert_clean(log())


@pytest.mark.yardstick("P1")
def test_no_part_of_the_address_of_a_report_is_logged(log):
    """Not of the page, the PDF, a refusal or a crash: the token in it opens the report."""
    patient = subscribed_patient(xealth_clinic(), fullName=f"{MARKER} Weir", mrn=f"{MARKER}MRN")
    query = {name: str(value) for name, value in query_of(patient).items()}
    wrong, browser = "1" * 32, {"Accept": "text/html"}
    for headers in ({}, browser):
        for changes, status in (
            ({}, 200),
            ({"restricted_token": wrong}, 401),
            ({"clinicId": "x"}, 401),
        ):
            address = f"{PAGE}?{urlencode({**query, **changes})}"
            assert QuickClient().get(address, headers=headers).status_code == status
    assert QuickClient().get(pdf_address(patient, query["restricted_token"])).status_code == 200
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "draw", lambda _: 1 / 0)
        address = pdf_address(patient, query["restricted_token"])
        assert QuickClient(raise_request_exception=False).get(address).status_code == 500
    assert "ViewPDFReportContent" in log()
    assert_clean(log(), at_least=8)
    for secret in (*query.values(), wrong, "restricted_token"):
        assert secret not in log()
