"""Metrics of webhooks, read at scrape time."""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from kernel import metrics
from webhooks.services import hooks


@metrics.present
def of_webhooks() -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "clinics_webhooks",
        "Webhooks that are on, that are off, and those that are on and whose receiver fails",
        labels=["state"],
    )
    for state, count in hooks.count_by_state().items():
        family.add_metric([state], count)
    yield family
