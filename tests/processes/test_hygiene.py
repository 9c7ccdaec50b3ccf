"""Nothing about a patient reaches the logs or the metrics of real processes at DEBUG level."""

import pytest

from tests.cast import make_person
from tests.processes.service import eventually
from tests.viewer import PAGE

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
MARKER = "Zyxwvut"


@pytest.mark.yardstick("P1")
def test_no_patient_data_in_logs_and_metrics_at_debug_level(service):
    ada = make_person("Ada Admin", roles=("clinician",))
    service.start(env={"LOG_LEVEL": "DEBUG"})
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
    written = (service.logs() + service.get("/metrics").content.decode()).lower()
    assert len(written) > 10_000
    assert "viewpdfreport" in written
    for secret in (MARKER.lower(), "1911-11-19", ada.token.lower()):
        assert secret not in written
