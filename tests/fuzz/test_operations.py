"""Every operation with random requests of every caller: each is answered as described and never with 5xx, and
nothing that was stored breaks a read afterwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import described_operations
from tests.fuzz.callers import CALLERS
from tests.fuzz.requests import OPERATIONS, any_cases, path_of, query_of, raw_body
from tests.fuzz.rounds import limits, search

READS = [name for name, (method, *_) in described_operations().items() if method == "get"]
SHARE = 0.45 / len(OPERATIONS)


@pytest.mark.yardstick("L3")
@pytest.mark.parametrize("name", OPERATIONS)
def test_random_requests_are_answered_as_described_and_break_no_read(callers, name):
    @limits(2)
    @given(st.sampled_from(CALLERS), any_cases(name), st.booleans())
    def send(caller, case, has_own_path):
        path = path_of(case) if has_own_path else {}
        callers.send(caller, name, raw=raw_body(case), query=query_of(case), **path)

    def one_round():
        send()
        for read in READS:
            callers.send("service", read)
        callers.begin_again()

    search(send, one_round, share=SHARE)
