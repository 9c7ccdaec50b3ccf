"""The client of the report service, where the service gives no report."""

import socket
import time
from contextlib import closing

import httpx2
import pytest

from ehr.clients import reports
from kernel import clock
from kernel.errors import RetryLater
from tests import pace
from tests.factories import make_clinic, make_patient


def draw():
    clinic = make_clinic()
    now = clock.now()
    request = reports.ReportRequest(clinic, make_patient(clinic), now, now)
    return reports.draw_report(request)


@pytest.mark.yardstick("V2")
def test_a_service_that_hangs_is_not_waited_for_and_tried_again_later(settings, monkeypatch):
    monkeypatch.setattr(reports, "TIMEOUT", httpx2.Timeout(0.3))
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:  # nothing accepts
        settings.EXPORT_ADDRESS = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(RetryLater, match="report_unreachable"):
            draw()
    assert 0.3 <= time.monotonic() - began < 1.5 * pace.slowness()


def test_a_service_that_refuses_connections_is_tried_again_later(settings):
    settings.EXPORT_ADDRESS = "http://127.0.0.1:9"
    with pytest.raises(RetryLater, match="report_unreachable"):
        draw()
