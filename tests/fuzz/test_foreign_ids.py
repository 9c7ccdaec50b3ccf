"""The long form of tests/policy/test_foreign_ids.py: any combination of ids of another clinic in each operation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.rounds import limits, search
from tests.policy.foreign_ids import (
    CASES,
    foreign,  # noqa: F401 (a fixture, as are the next two)
    own,  # noqa: F401
    strange_places,
    two_clinics,  # noqa: F401
)

SHARE = 0.08 / len(CASES)


@pytest.mark.yardstick("Z3")
@pytest.mark.parametrize(("caller", "name"), CASES)
def test_any_ids_of_another_clinic_are_answered_like_ids_of_no_one(two_clinics, caller, name):  # noqa: F811
    places = st.lists(st.sampled_from(strange_places(caller, name)), min_size=1, unique=True)
    numbers = st.integers(0, 2)

    @limits()
    @given(st.data())
    def compare(data):
        ids = {
            place: two_clinics.foreign_ids(place)[data.draw(numbers)] for place in data.draw(places)
        }
        two_clinics.compare(caller, name, ids)

    search(compare, compare, share=SHARE)
