"""`make bench-ehr`: how fast the real workers send the reports of a sync, to the embedded Redox.

BENCH_EHR_PATIENTS sets how many patients are subscribed (200).
"""

import os
import time

import pytest

from tests import ehr
from tests.processes.conftest import service  # noqa: F401 (a fixture)
from tests.processes.service import eventually
from tests.processes.test_ehr_end_to_end import states, subscribed_patients

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1800)]
PATIENTS = int(os.environ.get("BENCH_EHR_PATIENTS", "200"))


def test_the_speed_of_a_sync(service):  # noqa: F811
    clinic = ehr.ehr_clinic()
    subscribed_patients(clinic, PATIENTS)
    service.start(only=("web", "ehr-worker"))
    began = time.perf_counter()
    path = f"/v1/clinics/{clinic['_id']}/ehr/sync"
    assert service.post(path, token=service.server_token()).status == 202
    accepted = time.perf_counter() - began
    eventually(lambda: states(clinic).settled == PATIENTS, within=1500)
    seconds = time.perf_counter() - began
    print(
        f"\n{PATIENTS} patients: accepted after {accepted * 1000:.0f} ms, all sent after {seconds:.1f} s, "
        f"{PATIENTS / seconds:.1f} reports per second"
    )
