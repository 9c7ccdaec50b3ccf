"""The units of systemd name what there is: commands, variables, ports, and times that fit the code."""

import re
import shutil
import subprocess
import sys

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from clinics_site import env, server
from scripts import local
from scripts import service as processes

FOLDER = local.BASE / "deploy" / "systemd"
PYTHON = "/opt/clinics/.venv/bin/python"
UNITS = {path.stem.removeprefix("clinics-"): path.read_text() for path in FOLDER.glob("*.service")}
LASTING = sorted(UNITS.keys() - {"migrate"})


def values(unit, name):
    return re.findall(rf"^{name}=(.*)$", UNITS[unit], re.MULTILINE)


def variables(unit):
    return dict(pair.split("=", 1) for line in values(unit, "Environment") for pair in line.split())


def command(unit):
    (line,) = values(unit, "ExecStart")
    python, *words = line.split()
    assert python == PYTHON
    return [word for word in words if word != "-m"]


def test_all_processes_have_a_unit():
    assert set(processes.COMMANDS) == {*LASTING}


@pytest.mark.parametrize("name", LASTING)
def test_each_command_is_the_one_that_make_run_uses(name):
    ours = [word for word in processes.COMMANDS[name] if word not in (sys.executable, "-m")]
    given = command(name)
    assert given[:4] == ours[:4]
    assert ("--pidfile=" in given) == ("--pidfile=" in ours)
    if "-Q" in ours:
        assert given[given.index("-Q") + 1] == ours[ours.index("-Q") + 1]


def test_migrate_is_a_command_that_runs_once_before_the_others():
    assert command("migrate")[0] == "manage.py"
    assert command("migrate")[1] in get_commands()
    assert values("migrate", "Type") == ["oneshot"]
    for name in LASTING:
        assert "clinics-migrate.service" in values(name, "After")[0].split()


@pytest.mark.parametrize("name", sorted(UNITS))
def test_each_variable_that_is_set_is_one_that_the_service_reads(name):
    names = {variable.removesuffix("_FILE") for variable in variables(name)}
    assert names - {"PYTHONUNBUFFERED"} <= env.VARIABLES.keys()


@pytest.mark.parametrize("name", sorted(UNITS))
def test_each_secret_that_is_read_is_loaded(name):
    loaded = {line.partition(":")[0] for line in values(name, "LoadCredential")}
    read = {value[3:] for variable, value in variables(name).items() if variable.endswith("_FILE")}
    assert loaded == read


def test_each_process_has_the_time_that_it_needs_to_end():
    stop = {name: int(values(name, "TimeoutStopSec")[0]) for name in LASTING}
    assert min(stop["web"], stop["follower"]) > server.STOP_SECONDS
    assert min(stop["worker"], stop["ehr-worker"]) > settings.CELERY_TASK_TIME_LIMIT


def test_no_two_processes_have_one_port():
    ports = [variables(name)["METRICS_PORT"] for name in LASTING if name != "web"]
    assert len(ports) == len({*ports}) == len(LASTING) - 1


@pytest.mark.parametrize("name", LASTING)
def test_a_process_that_ends_itself_is_started_again(name):
    assert values(name, "Restart") == ["always"]
    assert values(name, "StartLimitIntervalSec") == ["0"]


def test_the_target_is_what_starts_them():
    for name in UNITS:
        assert values(name, "WantedBy") == ["clinics.target"]
    assert (FOLDER / "clinics.target").is_file()


def test_systemd_reads_them_without_a_word(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")
    for path in FOLDER.iterdir():
        text = path.read_text().replace(PYTHON, sys.executable)
        (tmp_path / path.name).write_text(text)
    result = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, of_our_units(result.stderr)) == (0, [])


def of_our_units(text):
    """Units of the machine itself may have words of their own."""
    return [line for line in text.splitlines() if "clinics" in line]


def test_the_container_and_systemd_have_the_same_processes():
    compose = yaml.safe_load((local.BASE / "compose.yaml").read_text())
    assert UNITS.keys() == {name for name, one in compose["services"].items() if "build" in one}
