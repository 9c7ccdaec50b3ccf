"""A run of all tests names what the description lists and no test reaches (tests/reached.py), and what its examples
have and no answer has (tests/example_objects.py)."""

from types import SimpleNamespace

import pytest

from scripts import local
from tests import example_objects, reached

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


def test_the_table_has_a_line_for_each_operation_and_a_count_below():
    described = DESCRIBED | {("GetClinic", 503), ("ListClinics", 200)}
    seen, excused = {("GetClinic", 200), ("Other", 200)}, {("GetClinic", 503)}
    lines = [" ".join(line.split()) for line in reached.table(described, seen, excused)]
    assert lines == [
        "GetClinic 200; 404 not reached, 503 excused",
        "ListClinics 200 not reached",
    ]
    ending = reached.count(described, seen, excused)
    assert ending == "reached 1 of 4 (operation, status), 1 excused"


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
    monkeypatch.setattr(example_objects, "problems", lambda _: [])
    collector = reached.Collector()
    collector.pytest_sessionfinish(run, run.exitstatus)
    assert (run.exitstatus == pytest.ExitCode.TESTS_FAILED) == fails
    whole = run.config.option.markexpr == "not chaos" and not run.config.option.keyword
    is_counted = whole and run.config.args_source is pytest.Config.ArgsSource.TESTPATHS
    assert len([line for line in collector.report if line.startswith("reached ")]) == is_counted


def test_ci_runs_all_tests_and_fails_for_what_none_has_reached():
    command = f"REACHED_REQUIRED=1 make test ARGS=\"-m '{reached.OF_ALL_TESTS}'\""
    assert command in (local.BASE / ".ci" / "run").read_text()


def test_every_described_answer_can_be_reached_and_every_excuse_has_a_reason():
    assert len(list(reached.described_pairs())) > 800
    for reasons in reached.excuses().values():
        assert all(len(reason) > 20 for reason in reasons.values())


PLACE = ("[]", "creator")
WANTED = {("ListThings", 200, PLACE, frozenset({"id", "name"}))}


@pytest.mark.parametrize(
    ("answer", "is_missing"),
    [
        ([{"creator": {"id": 1, "name": 2, "more": 3}}], False),
        ([{"creator": {"id": 1}}, {"creator": {"name": 2}}], True),
        ([{"other": {"id": 1, "name": 2}}], True),
        ([], True),
    ],
)
def test_an_object_of_an_example_has_to_be_in_one_answer(monkeypatch, answer, is_missing):
    missing = set(WANTED)
    monkeypatch.setattr(example_objects, "_missing", lambda: missing)
    monkeypatch.setattr(example_objects, "_wanted", lambda: {("ListThings", 200): list(WANTED)})
    example_objects.note("ListThings", 200, answer)
    assert bool(example_objects.unseen()) == is_missing
    assert len(list(example_objects.problems(example_objects.unseen()))) == is_missing


def test_processes_of_a_run_look_for_the_objects_together():
    collector = reached.Collector()
    others = {("ListThings", 200, (), frozenset({"id"}))}
    for unseen in (WANTED | others, WANTED):
        output = {"unseen": example_objects.packed(unseen)}
        collector.pytest_testnodedown(SimpleNamespace(workeroutput=output))
    assert collector._unseen_by_all() == WANTED


def test_every_described_answer_with_an_example_is_looked_for():
    assert {name for name, _, _ in example_objects.examples()} > {"GetClinic", "ListPatients"}
