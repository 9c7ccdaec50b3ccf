"""A run of all tests names what the description lists and no test reaches (tests/reached.py)."""

from types import SimpleNamespace

import pytest

from tests import reached

pytestmark = pytest.mark.yardstick("W4")
DESCRIBED = {("GetClinic", 200), ("GetClinic", 404)}


@pytest.mark.parametrize(
    ("seen", "excused", "problem"),
    [
        (DESCRIBED, set(), ""),
        ({("GetClinic", 200)}, {("GetClinic", 404)}, ""),
        ({("GetClinic", 200)}, set(), "GetClinic 404: described, and reached by no test"),
        (DESCRIBED, {("GetClinic", 404)}, "GetClinic 404: reached by a test"),
        (DESCRIBED, {("GetClinic", 409)}, "GetClinic 409: excused"),
    ],
)
def test_what_is_neither_reached_nor_excused_is_named(seen, excused, problem):
    found = list(reached.problems(DESCRIBED, seen, excused))
    assert len(found) == bool(problem)
    assert all(line.startswith(problem) for line in found)


class Run:
    """As much of a session of pytest as the collector looks at."""

    def __init__(self, *, markexpr="not chaos", keyword="", source="TESTPATHS"):
        option = SimpleNamespace(markexpr=markexpr, keyword=keyword, collectonly=False)
        source = pytest.Config.ArgsSource[source]
        self.config = SimpleNamespace(option=option, args_source=source)
        self.exitstatus = pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("run", "problem", "fails"),
    [
        (Run(), "GetClinic 404: described, and reached by no test", True),
        (Run(), "", False),
        (Run(markexpr="not chaos and not walk"), "GetClinic 404: …", False),
        (Run(keyword="clinic"), "GetClinic 404: …", False),
        (Run(source="ARGS"), "GetClinic 404: …", False),
    ],
)
def test_a_run_of_all_tests_fails_for_it_and_others_do_not(monkeypatch, run, problem, fails):
    monkeypatch.setenv("REACHED_REQUIRED", "1")
    monkeypatch.setattr(reached, "problems", lambda *_: [problem] if problem else [])
    reached.Collector().pytest_sessionfinish(run, run.exitstatus)
    assert (run.exitstatus == pytest.ExitCode.TESTS_FAILED) == fails


def test_every_described_answer_can_be_reached_and_every_excuse_has_a_reason():
    assert len(list(reached.described_pairs())) > 800
    for reasons in reached.excuses().values():
        assert all(len(reason) > 20 for reason in reasons.values())
