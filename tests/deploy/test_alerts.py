"""Alert rules and dashboard ask for what the service publishes, and each alarm says what to do."""

import os
import re
import shutil
import subprocess
from collections import defaultdict

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from kernel import db, http, outbox
from kernel.errors import PermanentFailure, RetryLater
from kernel.outbox import subscriptions
from kernel.safe_reading import BROKEN
from kernel.tasks import relay_outbox
from patients.events import PatientCreated
from patients.services import connection_sweeps, daily_checks
from scripts import local
from tests import deliveries
from tests.cast import QuickClient
from tests.deploy import expressions
from tests.deploy.expressions import NOT_OURS, OF_SCRAPES
from webhooks.events import DeliveryDue

OPERATIONS = (local.BASE / "docs" / "operations.md").read_text()
OF_HISTOGRAMS = ("_bucket", "_sum", "_count")
REASON = "test"
# A request that is refused is counted by the web server, which these tests do without.
OF_THE_WEB_SERVER = ("operation", "refused")


@pytest.fixture
def answer(monkeypatch, ada):
    """What /metrics answers when something of each kind has happened."""
    something_of_each_kind(monkeypatch, ada)
    return QuickClient().get("/metrics").content.decode()


@pytest.fixture
def published(answer):
    """metric -> labels, and (metric, label) -> values."""
    labels, values = defaultdict(set), defaultdict(set)
    for family in text_string_to_metric_families(answer):
        for sample in family.samples:
            labels[sample.name] |= sample.labels.keys()
            for label, value in sample.labels.items():
                values[sample.name, label].add(value)
    return labels, values


def something_of_each_kind(monkeypatch, ada):
    ada.api.get("/v1/clinics")
    QuickClient().get("/live")  # of no operation
    BROKEN.labels("clinic").inc()
    daily_checks.check()
    connection_sweeps.sweep()
    monkeypatch.setattr(subscriptions, "BY_NAME", dict(subscriptions.BY_NAME))
    handlers = {"test.done": bool, "test.repeated": wait, "test.parked": give_up}
    for name, handle in handlers.items():
        outbox.subscribe(PatientCreated, name)(handle)
        outbox.emit(PatientCreated(clinic_id="c", user_id=name))
    outbox.emit(DeliveryDue(delivery_id="0" * 24, line="test"))
    names = [*handlers, "webhooks.deliver"]
    for row in db.collection(outbox.COLLECTION).find({"handler": {"$in": names}}):
        deliveries.deliver(row["_id"])
    monkeypatch.setattr(outbox, "relay", lambda: give_up(None))
    with pytest.raises(PermanentFailure):
        relay_outbox()


def wait(event):
    with pytest.raises(http.ServiceUnavailable):
        http.request("test", "POST", "http://127.0.0.1:1/")
    raise RetryLater(REASON)


def give_up(event):
    raise PermanentFailure(REASON)


@pytest.mark.yardstick("D6")
def test_every_expression_names_metrics_and_labels_that_are_published(published):
    labels, _ = published
    for name, expression in expressions.expressions().items():
        asked = expressions.read(expression)
        assert len(asked) == len(re.findall(r"\bclinics_\w+|\bup\b", expression)), name
        for selector in asked:
            if selector.metric in NOT_OURS:
                assert selector.labels <= OF_SCRAPES, name
                continue
            assert selector.metric in labels, f"{name}: nothing publishes {selector.metric}"
            unknown = selector.labels - labels[selector.metric]
            assert unknown == set(), f"{name}: {selector.metric} has no such label"


def test_every_value_that_an_expression_names_is_published(published):
    _, values = published
    for name, expression in expressions.expressions().items():
        for selector in expressions.read(expression):
            for label, value in selector.values - {OF_THE_WEB_SERVER}:
                if label not in OF_SCRAPES and (label, value) != ("outcome", "answered"):
                    assert value in values[selector.metric, label], f"{name}: {label}={value}"


@pytest.mark.yardstick("D6")
def test_every_metric_is_in_a_rule_or_on_the_dashboard(published):
    labels, _ = published
    asked = {
        bare(selector.metric)
        for expression in expressions.expressions().values()
        for selector in expressions.read(expression)
    }
    ours = {bare(name) for name in labels if name.startswith("clinics_")}
    assert {name for name in ours if not name.endswith("_created")} <= asked


def bare(metric):
    for ending in OF_HISTOGRAMS:
        metric = metric.removesuffix(ending)
    return metric


@pytest.mark.yardstick("P1")
def test_labels_are_few_and_none_is_of_a_person():
    """A new label is a decision: is the number of its values bounded, and do they come from our own code?"""
    named = {
        label
        for collector in list(REGISTRY._collector_to_names)
        for label in getattr(collector, "_labelnames", ())
    }
    assert named <= {"operation", "status", "task", "outcome", "handler", "service", "kind"}


def test_a_stored_handler_that_this_version_does_not_have_is_not_a_label(published, ada):
    rows = db.collection(outbox.COLLECTION)
    rows.update_many({"state": outbox.DEAD}, {"$set": {"handler": "marker.of.anyone"}})
    text = QuickClient().get("/metrics").content.decode()
    assert 'clinics_dead_events{handler="unknown"}' in text
    assert "marker.of.anyone" not in text


@pytest.mark.parametrize("rule", expressions.alerts(), ids=lambda rule: rule["alert"])
def test_an_alarm_says_what_it_means_what_to_look_at_and_what_to_do(rule):
    name = rule["alert"]
    assert rule["annotations"]["runbook"] == f"docs/operations.md#{name.lower()}"
    section = OPERATIONS.partition(f"\n### {name}\n")[2].partition("\n#")[0]
    assert [line.split(":")[0] for line in section.splitlines() if line.startswith("* ")] == [
        "* Means",
        "* Look at",
        "* Do",
    ]
    assert rule["labels"]["severity"] in ("page", "ticket")


@pytest.mark.parametrize("rule", expressions.alerts(), ids=lambda rule: rule["alert"])
def test_the_summary_of_an_alarm_uses_labels_that_it_has(rule):
    used = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    for selector in expressions.read(rule["expr"]):
        assert used <= selector.labels


def test_every_section_about_an_alarm_has_its_rule():
    described = set(re.findall(r"^### (Clinics\w+)$", OPERATIONS, re.MULTILINE))
    assert described == {rule["alert"] for rule in expressions.alerts()}


def test_panels_have_titles_and_places_of_their_own():
    places = [tuple(panel["gridPos"].values()) for panel in expressions.panels()]
    ids = [panel["id"] for panel in expressions.panels()]
    assert len(set(places)) == len(places) == len(set(ids))


@pytest.fixture
def promtool():
    found = shutil.which("promtool") or local.PROGRAMS / "promtool"
    if not os.access(found, os.X_OK):
        assert not os.environ.get("PROMTOOL_REQUIRED"), "promtool is missing: `make promtool`"
        pytest.skip("promtool is not on this machine: `make promtool` fetches it")

    def run(*arguments, given=""):
        folder = expressions.FOLDER / "prometheus"
        result = subprocess.run(
            [found, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            input=given,
        )
        assert result.returncode == 0, result.stdout + result.stderr

    return run


def test_promtool_accepts_the_rules_and_the_example(promtool):
    promtool("check", "rules", "alerts.yml")
    promtool("check", "config", "--syntax-only", "prometheus.yml")


def test_promtool_accepts_what_is_published(promtool, answer):
    """Names, units and descriptions of the metrics, as Prometheus asks for them."""
    assert "clinics_requests_total{" in answer
    promtool("check", "metrics", given=answer)


@pytest.mark.yardstick("D6")
def test_each_alarm_rings_when_it_should_and_not_before(promtool):
    promtool("test", "rules", "alerts_test.yml")


def test_each_alarm_is_tried():
    tried = (expressions.FOLDER / "prometheus" / "alerts_test.yml").read_text()
    missing = [rule["alert"] for rule in expressions.alerts() if rule["alert"] not in tried]
    assert missing == []
