"""What the container files name exists: variables, commands, health checks, and times that fit the code."""

import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from clinics_site import env, server
from deploy import probe
from kernel import health
from scripts import local
from scripts import service as processes

COMPOSE = yaml.safe_load((local.BASE / "compose.yaml").read_text())
TLS = yaml.safe_load((local.BASE / "compose.tls.yaml").read_text())
DOCKERFILE = (local.BASE / "Dockerfile").read_text()
SERVICES = {name: one for name, one in COMPOSE["services"].items() if "build" in one}
LASTING = SERVICES.keys() - {"migrate"}
# Python's own, and what the container needs beside the settings.
NOT_OURS = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
PLACE = "/run/clinics-metrics"


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)([sm])", text).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def of_the_image():
    return set(re.findall(r"(\w+)=\S", " ".join(re.findall(r"^ENV (.*)$", DOCKERFILE, re.M))))


def test_all_processes_have_a_service():
    assert set(processes.COMMANDS) == LASTING


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_variable_that_is_set_is_one_that_the_service_reads(name):
    tls = TLS["services"].get(name, {}).get("environment", {})
    assert {*SERVICES[name]["environment"], *tls} <= env.VARIABLES.keys()


@pytest.mark.parametrize("name", sorted(LASTING))
def test_links_in_mails_lead_to_the_pages_of_the_service(name):
    """A web app is none of these containers: with its address set, the service's own pages do not exist."""
    tls = TLS["services"][name]["environment"]
    given = {**SERVICES[name]["environment"], **tls}
    assert {"TIDEPOOL_WEBAPP_URL", "TIDEPOOL_SHORELINE_CLIENT_ADDRESS"}.isdisjoint(given)
    assert tls["TIDEPOOL_APPLICATION_URL"] == "https://${SITE:-localhost}"


def test_the_image_sets_variables_that_are_read():
    assert {"HOST", "PORT", "HEALTH_PORT", "ENVIRONMENT"} <= of_the_image()
    assert of_the_image() - NOT_OURS <= env.VARIABLES.keys()


@pytest.mark.parametrize("name", sorted(LASTING))
def test_each_command_is_the_one_that_make_run_uses(name):
    given = SERVICES[name].get("command") or yaml.safe_load(
        re.findall(r"^CMD (.*)$", DOCKERFILE, re.M)[0]
    )
    ours = processes.COMMANDS[name]
    assert without_python(given)[:4] == without_python(ours)[:4]
    assert option(given, "-Q") == option(ours, "-Q")


def without_python(words):
    return [word for word in words if word not in ("python", sys.executable, "-m")]


def option(words, name):
    return words[words.index(name) + 1] if name in words else None


def test_the_command_before_all_others_exists():
    assert SERVICES["migrate"]["command"][:2] == ["python", "manage.py"]
    assert SERVICES["migrate"]["command"][2] in get_commands()


def test_each_process_has_the_time_that_it_needs_to_end():
    grace = {name: seconds(SERVICES[name]["stop_grace_period"]) for name in LASTING}
    assert grace["web"] >= server.STOP_SECONDS
    assert grace["follower"] >= server.STOP_SECONDS
    for worker in ("worker", "ehr-worker"):
        assert grace[worker] > settings.CELERY_TASK_TIME_LIMIT
    assert (grace["web"], grace["worker"]) == (30, 210)


@pytest.mark.parametrize("name", sorted(LASTING))
def test_each_process_has_a_health_check_that_there_is(name):
    kind = "web" if name == "web" else "background"
    test = SERVICES[name]["healthcheck"]["test"]
    assert test == ["CMD", "python", "deploy/probe.py", kind]
    assert seconds(SERVICES[name]["healthcheck"]["timeout"]) > probe.PATIENCE
    assert (local.BASE / test[2]).is_file()


def test_the_image_checks_the_health_of_what_it_runs_by_default():
    command = re.search(r"HEALTHCHECK .* CMD (\[.*\])", DOCKERFILE)[1]
    assert yaml.safe_load(command) == ["python", "deploy/probe.py", "web"]


def test_the_image_has_the_python_that_ci_runs_and_none_of_what_only_tests_need():
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"FROM python:{version}-slim" in DOCKERFILE
    left_out = (local.BASE / ".dockerignore").read_text().split()
    assert {"tests", "docs", ".ci", "requirements-dev.*", "requirements-chart.*"} <= {*left_out}
    assert {".hypothesis", ".local", ".venv"} <= {*left_out}
    assert "deploy" not in left_out
    assert "scripts" not in left_out, "manage.py reads scripts.local"


def test_the_image_says_what_it_is():
    labels = re.findall(r"org\.opencontainers\.image\.(\w+)=", DOCKERFILE)
    assert {"title", "description", "version", "licenses"} <= {*labels}
    project = (local.BASE / "pyproject.toml").read_text()
    version = re.search(r'^version = "(.*)"', project, re.M)[1]
    assert f"ARG VERSION={version}\n" in DOCKERFILE


@pytest.mark.parametrize("name", sorted(LASTING))
def test_what_is_counted_is_kept_where_each_start_finds_nothing(name):
    assert SERVICES[name]["environment"]["PROMETHEUS_MULTIPROC_DIR"] == PLACE
    assert [place.split(":")[0] for place in SERVICES[name]["tmpfs"]] == [PLACE]


def test_prometheus_finds_each_process():
    text = (local.BASE / "deploy" / "prometheus" / "prometheus.yml").read_text()
    targets = {
        target
        for job in yaml.safe_load(text)["scrape_configs"]
        for static in job["static_configs"]
        for target in static["targets"]
    }
    port = COMPOSE["x-clinics"]["environment"]["METRICS_PORT"]
    assert targets == {f"{name}:{8080 if name == 'web' else port}" for name in LASTING}


def test_mails_go_to_the_catcher():
    environment = COMPOSE["x-clinics"]["environment"]
    assert environment["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert environment["EMAIL_HOST"] in COMPOSE["services"]


def test_the_proxy_leads_to_web_and_waits_as_long_as_the_documents_say():
    caddy = (local.BASE / "deploy" / "caddy" / "Caddyfile").read_text()
    assert "reverse_proxy web:8080" in caddy
    assert "response_header_timeout 15m" in caddy
    assert TLS["services"].keys() - {"proxy"} == LASTING
    volume = TLS["services"]["proxy"]["volumes"][0].split(":")[0]
    assert (local.BASE / volume).is_file()


# --- the health check itself --------------------------------------------------------------------------
@pytest.fixture
def answers(monkeypatch):
    """answers(path, status) starts a server; its port is that of all checks."""
    servers = []

    def start(path, status):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status if self.path == path else 404)
                self.end_headers()

            def log_message(self, *args):
                pass

        made = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=made.serve_forever, daemon=True).start()
        monkeypatch.setenv("HEALTH_PORT", str(made.server_port))
        monkeypatch.setenv("METRICS_PORT", str(made.server_port))
        servers.append(made)

    yield start
    for made in servers:
        made.shutdown()
        made.server_close()


@pytest.mark.parametrize(("status", "result"), [(200, 0), (503, 1)])
def test_web_is_healthy_while_it_is_ready(answers, status, result):
    assert "/ready" in health.PROBES
    answers("/ready", status)
    assert probe.main("web") == result


@pytest.mark.parametrize(("status", "result"), [(200, 0), (401, 0), (500, 1)])
def test_background_is_healthy_while_its_metrics_answer(answers, status, result):
    answers("/metrics", status)
    assert probe.main("background") == result


def test_what_does_not_listen_is_not_healthy(monkeypatch):
    monkeypatch.setenv("HEALTH_PORT", str(local.free_port()))
    monkeypatch.setenv("METRICS_PORT", str(local.free_port()))
    assert probe.main("web") == probe.main("background") == 1


def test_without_a_setting_web_is_asked_on_the_port_beside_its_own(answers, monkeypatch):
    answers("/ready", 200)
    port = int(os.environ["HEALTH_PORT"])
    monkeypatch.delenv("HEALTH_PORT")
    monkeypatch.setenv("PORT", str(port - 1))
    assert probe.main("web") == 0
