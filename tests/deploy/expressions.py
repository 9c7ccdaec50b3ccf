"""The expressions of alert rules and dashboard, and which metrics and labels they name."""

import json
from dataclasses import dataclass

import promql_parser as promql
import yaml

from scripts import local

FOLDER = local.BASE / "deploy"
RULES = FOLDER / "prometheus" / "alerts.yml"
DASHBOARD = FOLDER / "grafana" / "clinics.json"
NOT_OURS = {"up"}  # Prometheus makes it
OF_SCRAPES = {"job", "instance"}


def alerts():
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels():
    shown = json.loads(DASHBOARD.read_text())["panels"]
    return [panel for panel in shown if panel["type"] != "row"]


def expressions():
    """name -> expression"""
    asked = {rule["alert"]: rule["expr"] for rule in alerts()}
    for panel in panels():
        for target in panel["targets"]:
            # Grafana puts in a length that fits the screen.
            asked[f"{panel['title']} {target['refId']} ({panel['id']})"] = target["expr"].replace(
                "$__rate_interval", "5m"
            )
    return asked


@dataclass(frozen=True)
class Asked:
    metric: str
    labels: frozenset[str]
    values: frozenset[tuple[str, str]]  # label, value: those that are named, not patterns


def read(expression):
    """Every selector of an expression, with its own labels and those by which what is around it groups."""
    return list(_selectors(promql.parse(expression), frozenset()))


def _selectors(node, grouped):
    if isinstance(node, promql.VectorSelector):
        matchers = node.matchers.matchers
        values = frozenset((m.name, m.value) for m in matchers if _is_exact(m))
        yield Asked(node.name, grouped | {m.name for m in matchers}, values)
        return
    if isinstance(node, promql.AggregateExpr) and node.modifier is not None:
        assert node.modifier.type == promql.AggModifierType.By, "group with `by`"
        grouped = frozenset(node.modifier.labels)
    for child in _children(node):
        yield from _selectors(child, grouped)


def _is_exact(matcher):
    return matcher.op in (promql.MatchOp.Equal, promql.MatchOp.NotEqual)


def _children(node):
    for name in ("expr", "lhs", "rhs", "vector_selector", "vs"):
        if hasattr(node, name):
            yield getattr(node, name)
    yield from getattr(node, "args", ())
