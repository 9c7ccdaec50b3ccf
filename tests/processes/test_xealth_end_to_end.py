"""Xealth through real processes: the form before the order, the order, account and mails, subscription, a summary, the
alert, the report, and the alert gone (rules EHR-149, EHR-152, EHR-156, EHR-164, EHR-175 and EHR-200)."""

import io
import json
import re
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader

from kernel import db
from patients.services import seeding
from tests import mails, xealth
from tests import xealth_orders as orders
from tests.processes.service import eventually
from tests.xealth import TOKEN, request, xealth_clinic
from tests.xealth_orders import EMAIL, NOTIFICATION, notification, order, place
from tests.xealth_peer import XealthPeer

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture
def partner():
    server = XealthPeer()
    yield server
    server.close()


@pytest.fixture
def live(service, partner, tmp_path):
    """The service with its mails in a folder."""
    service.mails = tmp_path / "mail"
    environment = {**partner.environment(), **mails.environment(service.mails)}
    service.start(env=environment, only=("web", "worker", "ehr-worker"))
    return service


def call(service, method, path, body):
    answer = service.request(method, path, body, headers=TOKEN)
    assert answer.status == 200, answer.content
    return answer


def subjects(folder):
    return [mail["Subject"] for mail in mails.newest_first(folder) if mail["To"] == EMAIL]


def fill_in_the_form(service):
    initial = request(eventType="preorder", eventContext="initial")
    tracking_id = call(service, "POST", xealth.PREORDER, initial).json()["dataTrackingId"]
    entered = {"patient": {"email": EMAIL, "connectDexcom": True}, "tags": {"ids": []}}
    form = {"dataTrackingId": tracking_id, "userInput": entered}
    filled_in = {**initial, "eventContext": "subsequent", "formData": form}
    assert call(service, "POST", xealth.PREORDER, filled_in).json() == {}
    return tracking_id


def program(service):
    asked = request(eventType="getPrograms", eventContext="initial")
    return call(service, "PUT", xealth.PROGRAMS, asked).json()


def report_address(service):
    url = call(service, "PUT", xealth.PROGRAM_URL, request(eventType="getProgramUrl")).json()["url"]
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@pytest.mark.walk
def test_from_the_form_to_the_report(live, partner):
    xealth_clinic()
    place(partner, order(preorder={"dataTrackingId": fill_in_the_form(live)}))
    assert program(live) == {"present": False}

    call(live, "POST", NOTIFICATION, notification())
    record = eventually(lambda: next((r for r in orders.records() if r["state"] == "done"), None))
    assert record["outcome"] == "account_created"
    eventually(lambda: len(subjects(live.mails)) == 2)
    assert any("Dexcom" in subject for subject in subjects(live.mails))
    before = program(live)["programs"][0]
    assert (before["hasStatusView"], before["has_alert"]) == (False, False)

    (patient,) = orders.patients()
    summary = seeding.invent_summary(patient["clinicId"], seed=7)
    path = f"/v1/patients/{patient['userId']}/summary"
    assert live.post(path, summary, token=live.server_token()).status == 200
    assert program(live)["programs"][0]["has_alert"] is True

    page = live.get(report_address(live))
    assert page.status == 200
    shown = re.search(
        r'<script id="report" type="application/json">(.*?)</script>', page.content.decode()
    )
    report = live.get(json.loads(shown[1])["url"])
    assert "Tomas B. Weir" in PdfReader(io.BytesIO(report.content)).pages[0].extract_text()
    assert program(live)["programs"][0]["has_alert"] is False
    assert db.collection("patients").count_documents({}) == 1

    logged = live.logs()
    assert [
        word
        for word in ("Weir", EMAIL, orders.ORDER_ID, "a secret", "token-1", "restricted_token")
        if word in logged
    ] == []
