"""When failed EHR work is tried again: three tries 15 s apart, then every 15 min for at least 24 h (rule EHR-109)."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import time_machine

from kernel import db, outbox
from kernel.errors import RetryLater
from redox.clients.redox import EmbeddedRedox
from redox.services import scheduling
from tests import deliveries, ehr

pytestmark = pytest.mark.usefixtures("quick_report")  # each try draws one
START = datetime.fromisoformat("2026-03-02T10:00:00+00:00")


def only_row():
    (row,) = db.collection(outbox.COLLECTION).find({})
    return row


def try_until_parked():
    """The times of all tries, each made when it was due."""
    moments = []
    while (row := only_row())["state"] == outbox.PENDING:
        moments.append(row["notBefore"])
        with time_machine.travel(row["notBefore"], tick=False):
            deliveries.deliver(row["_id"])
    return moments


@pytest.fixture
def scheduled():
    with time_machine.travel(START, tick=False):
        clinic = ehr.ehr_clinic()
        patient = ehr.ehr_patient(clinic, summary=ehr.summary(uploaded=START))
        ehr.subscribe(patient)
        scheduling.sync_clinic(clinic["_id"])


def outage(monkeypatch, *, wait=None):
    def send(self, message):
        reason = "redox_message_503"
        raise RetryLater(reason, wait=wait)

    monkeypatch.setattr(EmbeddedRedox, "send", send)


def test_three_quick_tries_then_slow_ones_for_a_day_then_failed(scheduled, monkeypatch):
    outage(monkeypatch)

    moments = try_until_parked()

    waits = [(second - first).total_seconds() for first, second in pairwise(moments)]
    assert all(15 <= wait <= 16.5 for wait in waits[:2])
    assert all(900 <= wait <= 990 for wait in waits[2:])
    assert timedelta(hours=24) <= moments[-1] - moments[0] <= timedelta(hours=27)
    (record,) = ehr.records("scheduled")
    assert (record["state"], record["lastError"]) == ("failed", "redox_message_503")
    assert record["attempts"] == len(moments)


def test_short_waits_that_redox_asks_for_do_not_shorten_the_day(scheduled, monkeypatch):
    outage(monkeypatch, wait=timedelta(minutes=12))

    moments = try_until_parked()

    assert moments[-1] - moments[0] == timedelta(hours=24)
    assert ehr.records("scheduled")[0]["state"] == "failed"


def test_after_an_outage_of_less_than_a_day_everything_is_sent(scheduled, monkeypatch):
    with monkeypatch.context() as patched:
        outage(patched)
        for _ in range(90):
            row = only_row()
            with time_machine.travel(row["notBefore"], tick=False):
                deliveries.deliver(row["_id"])

    try_until_parked()

    (record,) = ehr.records("scheduled")
    assert (record["state"], record["outcome"]) == ("done", "sent")
    assert set(record["sends"]) == {"flowsheet", "notes"}
