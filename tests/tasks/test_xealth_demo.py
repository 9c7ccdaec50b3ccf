"""`manage.py xealth demo`, with the test client in place of the running service (rule EHR-177)."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kernel import db
from tests.cast import Api
from tests.events import deliver_all
from xealth.services import demo


def play():
    out = StringIO()
    call_command("xealth", "demo", stdout=out)
    return out.getvalue()


@pytest.fixture
def running(monkeypatch):
    """A service whose workers have done everything before it answers."""

    def call(method, path, body, headers):
        answer = Api().request(method.lower(), path, body, headers=headers)
        deliver_all()
        return answer.status_code, answer.json() if answer.content else None

    monkeypatch.setattr(demo, "_call", call)


def test_the_story_is_printed_from_the_form_to_the_report(running):
    printed = play()

    assert re.findall(r"^(\d)\. ", printed, re.MULTILINE) == list("123456789")
    assert re.findall(r"^(\d{3})$", printed, re.MULTILINE) == ["200"] * 8
    assert '"formId": "patient_enrollment_form"' in printed
    assert '"outcome": "account_created"' in printed
    assert re.findall(r'"has_alert": (\w+)', printed) == ["false", "true", "false"]
    assert "viewer.html?clinicId=" in printed


def test_the_clinic_of_the_story_has_settings_that_the_api_describes(running, backend):
    play()

    clinic = db.collection("clinics").find_one({})
    settings = backend.get(f"/v1/clinics/{clinic['_id']}/settings/ehr").json()
    assert settings["scheduledReports"]["cadence"] == "DISABLED"


def test_each_story_has_a_person_of_its_own_and_all_have_one_clinic(running):
    play()
    play()

    assert db.collection("clinics").count_documents({}) == 1
    mrns = db.collection("patients").distinct("mrn", {"mrn": {"$ne": None}})
    assert len(mrns) == 2


@pytest.mark.parametrize("change", [{"enabled": False}, {"client_id": "client-1"}], ids=str)
def test_without_the_stand_in_the_story_is_refused(settings, change):
    settings.XEALTH = {**settings.XEALTH, **change}

    with pytest.raises(CommandError, match="embedded Xealth"):
        play()
    assert db.collection("clinics").count_documents({}) == 0


def test_a_service_that_does_not_run_is_named(settings):
    settings.APPLICATION_URL = "http://127.0.0.1:9"

    with pytest.raises(CommandError, match="make run"):
        play()


def test_a_story_without_workers_ends(running, monkeypatch):
    monkeypatch.setattr(demo, "WAIT_SECONDS", 0.0)

    with pytest.raises(CommandError, match="no worker"):
        play()
