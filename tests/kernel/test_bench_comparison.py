"""The comparison of two results of the bench finds what has become dearer, on whatever machine."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.bench import day
from tests.bench.against import compare
from tests.bench.compare import dearer

pytestmark = pytest.mark.yardstick("W5")
ROW = {
    "scenario": "list, by name",
    "patients": 250,
    "connections": 1,
    "rate": 60.0,
    "web_ms": 10.0,
    "db_ms": 5.0,
    "commands": 6.0,
    "examined": 150.0,
}


def result(machine=1.0, **changed):
    return {"machine": machine, "rows": [ROW | changed]}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"web_ms": 20.0}, "25.0 ms of CPU, where 15.0 are expected"),
        ({"db_ms": 12.0}, "22.0 ms of CPU, where 15.0 are expected"),
        ({"commands": 7.0}, "7.0 commands instead of 6.0"),
        ({"examined": 300.0}, "300 examined documents instead of 150"),
    ],
)
def test_a_dearer_request_is_named(changed, words):
    (found,) = dearer(result(), result(**changed))
    assert found == f"DEARER: list, by name, 250 patients, 1 connections: {words}"


def test_a_slower_machine_is_no_dearer_request():
    assert list(dearer(result(), result(machine=2.0, web_ms=20.0, db_ms=10.0))) == []


def test_a_faster_machine_does_not_hide_a_dearer_request():
    assert len(list(dearer(result(machine=2.0), result(machine=1.0)))) == 1


def test_small_differences_and_new_requests_are_not_named():
    assert list(dearer(result(), result(web_ms=11.0, commands=6.4, examined=160.0))) == []
    assert list(dearer(result(), result(scenario="another", web_ms=99.0))) == []


@pytest.mark.parametrize(("web_ms", "status"), [(10.0, 0), (30.0, 1)])
def test_the_command_fails_when_a_request_is_dearer(tmp_path, web_ms, status):
    files = [tmp_path / "old.json", tmp_path / "new.json"]
    for file, content in zip(files, (result(), result(web_ms=web_ms)), strict=True):
        file.write_text(json.dumps(content))
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.compare", *files], check=False, capture_output=True
    )
    assert ended.returncode == status


RECORDED = {
    "scenario": "list, by name",
    "patients": 250,
    "at_most": 0.9,
    "original": [20.0, 10.0],
    "then": [8.0, 2.0],
}


@pytest.mark.parametrize(("then_here", "times"), [([], 0.5), ([ROW], 15 / 45)])
def test_the_other_services_figures_count_at_the_speed_of_this_machine(then_here, times):
    """The version of then needs 15 ms here and needed 10 ms there: this machine is half as slow again."""
    (found,) = compare([ROW], [RECORDED], then_here)
    assert (found.title, found.is_scaled) == ("list, by name, 250 patients", bool(then_here))
    assert found.times == pytest.approx(times)


def test_a_day_has_as_many_arrivals_of_each_kind_as_its_table_says():
    planned = day.arrivals(clinics=10, patients=5000, seconds=240, seed=1)

    assert planned == sorted(planned, key=lambda arrival: arrival.moment)
    counted = Counter(arrival.kind.name for arrival in planned)
    for kind in day.KINDS:
        assert abs(counted[kind.name] - (kind.of_clinic * 10 + kind.of_patients * 5)) < 1
    at_work = {int(a.moment / 10) for a in planned if a.kind.hours is day.OFFICE}
    assert at_work <= set(range(7, 19))
