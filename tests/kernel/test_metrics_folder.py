"""Counts of several processes, as `/metrics` and the metrics ports read them."""

from prometheus_client import generate_latest

from kernel import metrics, metrics_folder


def test_a_process_that_is_just_beginning_does_not_hide_the_counts(tmp_path, monkeypatch):
    """Its file is still empty."""
    monkeypatch.setenv(metrics_folder.VARIABLE, str(tmp_path))
    (tmp_path / "counter_1.db").touch()
    assert generate_latest(metrics.counted()) == b""
