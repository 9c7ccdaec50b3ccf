"""docs/yardsticks.md is what the marks on tests say, and every row is shown or says why it is not."""

import re

from scripts import local, yardsticks
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
