"""Metrics of what is derived from records of patients, read at scrape time."""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from kernel import clock, metrics
from patients.services import connection_sweeps, daily_checks


@metrics.present
def of_sweep() -> Iterator[Metric]:
    result = connection_sweeps.last_result()
    yield GaugeMetricFamily(
        "clinics_issue_sweep_age_seconds",
        "Since connection issues were last brought up to date; infinite before the first sweep",
        value=(clock.now() - result.time).total_seconds() if result else float("inf"),
    )
    if result is not None:
        yield GaugeMetricFamily(
            "clinics_issue_sweep_changes",
            "How many issues the last sweep changed",
            value=result.checked,
        )


@metrics.present
def of_last_check() -> Iterator[Metric]:
    result = daily_checks.last_result()
    yield GaugeMetricFamily(
        "clinics_check_age_seconds",
        "Since the last comparison of lists and counts with the records; infinite before the first",
        value=(clock.now() - result.time).total_seconds() if result else float("inf"),
    )
    if result is None:
        return
    yield GaugeMetricFamily(
        "clinics_check_seconds", "How long it took, pauses included", value=result.seconds
    )
    yield GaugeMetricFamily(
        "clinics_check_patients", "How many patients it compared", value=result.checked
    )
    yield GaugeMetricFamily(
        "clinics_check_differences", "How many differences it corrected", value=result.differences
    )
