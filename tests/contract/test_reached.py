"""A run of all tests names what the description lists and no test reaches (tests/reached.py)."""

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


def test_every_described_answer_can_be_reached_and_every_excuse_has_a_reason():
    assert len(list(reached.described_pairs())) > 800
    for reasons in reached.excuses().values():
        assert all(len(reason) > 20 for reason in reasons.values())
