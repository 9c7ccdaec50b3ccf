"""A worker has everything registered when it starts, whether Django's checks run or not."""

import json
import os
import subprocess
import sys

import pytest

from kernel import db
from tests import ehr
from tests.factories import stored_patient

# Like `celery worker` with CELERY_SKIP_CHECKS: Django is set up, task modules are imported, nothing else.
WORKER = """
import json, sys
from clinics_site.celery import app
app.loader.import_default_modules()
from kernel import backfills, indexes
from kernel.api import schema
from kernel.outbox import subscriptions, waking
from tests import deliveries

def known():
    return {
        "components": {*schema.COMPONENTS},
        "handlers": {*subscriptions.BY_NAME},
        "indexes": {f"{c} {m.document['name']}" for c, ms in indexes.DECLARED.items() for m in ms},
        "backfills": {*backfills.STEPS},
        "tasks": {*app.tasks},
    }

waking.enqueue = lambda wake_ups: None
deliveries.drain("ehr")
at_start, knew_urls = known(), "clinics_site.urls" in sys.modules
import clinics_site.urls
later = {kind: sorted(names - at_start[kind]) for kind, names in known().items()}
print(json.dumps({"urls": knew_urls, "later": later, "counts": {k: len(v) for k, v in at_start.items()}}))
"""


def run_worker():
    environment = {**os.environ, "CELERY_SKIP_CHECKS": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "clinics_site.settings"
    process = subprocess.run(
        [sys.executable, "-c", WORKER], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(process.stdout.splitlines()[-1])


@pytest.fixture
def order_with_a_new_tag(anonymous):
    clinic = ehr.ehr_clinic()
    patient = ehr.ehr_patient(clinic)
    message = ehr.order()
    message["Order"]["ClinicalInfo"] = [{"Code": "TP_TAGS", "Value": "Brand new"}]
    anonymous.post("/v1/redox", message, headers={"verification-token": "redox-test-token"})
    return clinic, patient


def test_a_worker_without_checks_has_everything_registered_and_creates_a_new_tag(
    order_with_a_new_tag,
):
    clinic, patient = order_with_a_new_tag

    worker = run_worker()

    assert worker["urls"] is False
    assert worker["later"] == {kind: [] for kind in worker["counts"]}
    assert all(worker["counts"].values())
    (tag,) = db.collection("clinics").find_one({"_id": clinic["_id"]})["patientTags"]
    assert tag["name"] == "Brand new"
    assert stored_patient(clinic, patient["userId"])["tags"] == [tag["_id"]]
