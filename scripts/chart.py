"""Render the Helm chart: a list of requests on standard input, and what came of each on standard output, as JSON.

A request is `{"values": {…}, "kubernetes": version}`. The answer is `{"objects": […], "notes": text, "problems": […]}`,
or `{"refused": text}` where Helm does not take the values. Problems are those of Helm's linter and of the schemas of
that version of Kubernetes; without a version the answer is `{"text": …}`, as Helm has rendered it. Runs with what
scripts/chart.sh has installed, and needs neither cluster nor network.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python as helm
import kubernetes_validate
import yaml

CHART = Path(__file__).resolve().parent.parent / "deploy" / "helm" / "clinics"
# Objects of Prometheus' operator, whose schemas come with it and not with Kubernetes.
OF_OTHERS = {"ServiceMonitor", "PrometheusRule"}
WARNING = 2  # of Helm's linter; below it are recommendations


def main() -> None:
    requests = json.load(sys.stdin)
    with helm.Chart.load(CHART) as chart:
        json.dump([answer(chart, request) for request in requests], sys.stdout)


def answer(chart: Any, request: dict[str, Any]) -> dict[str, Any]:
    values = request.get("values", {})
    try:
        chart.validate_schema(values)
        files = chart.render(values, name="one", namespace="care")
    except helm.HelmError as error:
        return {"refused": str(error)}
    if "kubernetes" not in request:
        return {"text": "".join(files.values())}
    objects = [one for path in sorted(files) if path.endswith(".yaml") for one in read(files[path])]
    return {
        "objects": objects,
        "notes": "".join(text for path, text in files.items() if path.endswith(".txt")),
        "problems": list(problems(values, objects, request["kubernetes"])),
    }


def read(text: str) -> Iterator[dict[str, Any]]:
    yield from (one for one in yaml.load_all(text, yaml.CSafeLoader) if one)


def problems(values: dict[str, Any], objects: list[dict[str, Any]], version: str) -> Iterator[str]:
    yield from linted(values, version)
    for one in objects:
        yield from judged(one, version)


def linted(values: dict[str, Any], version: str) -> Iterator[str]:
    report = helm.lint(CHART, values, strict=True, kube_version=f"v{version}.0")
    yield from (
        f"{m['path']}: {m['error']}" for m in report["messages"] if m["severity"] >= WARNING
    )
    yield from report["errors"]


def judged(one: dict[str, Any], version: str) -> Iterator[str]:
    """A field that Kubernetes does not know is a problem, too."""
    if one["kind"] in OF_OTHERS:
        return
    name = f"{one['kind']} {one['metadata']['name']}"
    try:
        kubernetes_validate.validate(one, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{name}: {'.'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        yield f"{name}: {error.message}"


if __name__ == "__main__":
    main()
