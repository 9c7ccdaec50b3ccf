import pytest


@pytest.fixture
def quick_report(monkeypatch):
    """Drawing the report has tests of its own.

    Gain: 60 ms of CPU time for each report.
    Remove when: a report is drawn in a few milliseconds.
    """
    monkeypatch.setattr("redox.services.delivery.draw_report", lambda request: b"%PDF")
