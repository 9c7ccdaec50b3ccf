"""Transactions that really conflict are repeated or refused, never answered 500, and nothing is lost."""

import pytest

from tests.concurrency.conflicts import conflicts_of


@pytest.mark.yardstick("C3", "C4")
def test_fifty_rounds_of_conflicting_changes_lose_nothing(ada, ben, dot):
    conflicts = conflicts_of(ada, ben, dot)
    assert conflicts.run(50) > 50, "transactions that do not conflict show nothing"
    assert conflicts.lost == []
    assert conflicts.answers[200] > 100
