"""The long form of tests/concurrency/test_conflicts.py."""

import pytest

from tests.concurrency.conflicts import conflicts_of

pytestmark = pytest.mark.timeout(300)
ROUNDS = 2000


@pytest.mark.yardstick("C3", "C4")
def test_two_thousand_rounds_of_conflicting_changes_lose_nothing(ada, ben, dot, fault):
    conflicts = conflicts_of(ada, ben, dot)
    conflicting, acknowledged = conflicts.run(ROUNDS), conflicts.answers[200]
    fault.says(
        "conflicting transactions",
        acknowledged=acknowledged,
        lost=len(conflicts.lost),
        worst=conflicts.worst,
    )
    assert conflicts.lost == []
    assert conflicting > ROUNDS
    assert acknowledged > 2 * ROUNDS
