"""docs/yardsticks.md is what the marks on tests say, and every row is shown or says why it is not."""

import json
import os
import re
import subprocess
import sys

from scripts import local, yardsticks
from tests import lengths
from tests.yardsticks import GROUPS

MARK = re.compile(r"pytest\.mark\.yardstick\(\"")
READ = re.compile(r"\s*@pytest\.mark|pytestmark = |    pytest\.mark\.yardstick\(.*\),$|.*`@pytest")
ROWS = {row.id: row for group in GROUPS.values() for row in group}


def test_the_page_is_written_as_the_marks_say():
    assert yardsticks.PAGE.read_text() == yardsticks.current(), "run `make fmt`"


def test_every_mark_names_a_row():
    named = {row for test in yardsticks.marked_tests() for row in test.rows}
    assert named - ROWS.keys() == set()


def test_every_mark_stands_where_it_is_read():
    """On a function or a class, or in `pytestmark`; elsewhere the page would not know it."""
    elsewhere = [
        f"{path.relative_to(local.BASE)}: {line}"
        for path in (local.BASE / "tests").rglob("*.py")
        for line in path.read_text().splitlines()
        if MARK.search(line) and not READ.match(line)
    ]
    assert elsewhere == []


def test_a_row_without_a_test_says_why():
    shown = {row for test in yardsticks.marked_tests() for row in test.rows}
    assert [row.id for row in ROWS.values() if row.id not in shown and not row.missing] == []


def test_ids_are_unique():
    assert len(ROWS) == sum(len(group) for group in GROUPS.values())


A_RUN = """
from pathlib import Path
import pytest
from scripts import yardsticks

yardsticks.RESULTS = Path("results.json")
yardsticks.marked_tests = lambda: [yardsticks.Marked("test_a_run.py", "", ("V6",), "")]


def test_usual():
    pass
"""


def test_the_result_of_a_shortened_test_is_not_kept(tmp_path):
    tests = [
        f"@pytest.mark.{lengths.MARK}({name!r})\ndef test_{name}():\n    pass\n"
        for name in lengths.USUAL
    ]
    (tmp_path / "test_a_run.py").write_text("\n\n".join([A_RUN, *tests]))
    every = {"test_usual", *(f"test_{name}" for name in lengths.USUAL)}
    assert kept(tmp_path, {name: str(usual + 1) for name, usual in lengths.USUAL.items()}) == every
    assert kept(tmp_path, {}) == every
    less = {name: str(usual - 1) for name, usual in lengths.USUAL.items()}
    assert kept(tmp_path, less) == {"test_usual"}
    assert kept(tmp_path, {"CHAOS_KILLS": "1"}) == every - {"test_CHAOS_KILLS"}


def kept(folder, environment):
    """The tests whose results a run in this folder has kept, with `environment`."""
    (folder / "results.json").unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(folder)),
        *("-p", "tests.yardstick_results", "-p", "no:cacheprovider", "test_a_run.py"),
    ]
    own = {"PYTHONPATH": str(local.BASE), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    env = {"PATH": os.environ["PATH"], **own, **environment}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name.rpartition("::")[2] for name in json.loads((folder / "results.json").read_text())}


def test_every_test_that_the_environment_shortens_is_marked():
    """Where a length is read, tests have the mark of the same name."""
    read, marked = re.compile(r"lengths\.of\(\"(\w+)\"\)"), re.compile(r"mark\.length\(\"(\w+)\"\)")
    for path in (local.BASE / "tests").rglob("test_*.py"):
        text = path.read_text()
        assert set(read.findall(text)) == set(marked.findall(text)), path
