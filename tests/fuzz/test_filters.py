"""Lists and the TIDE report with random texts in every parameter, and the readers of raw values by themselves."""

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock
from kernel.api import parsers, validation
from kernel.errors import BadRequest
from redox.messages import bodies
from tests.cast import described_operations
from tests.fuzz.rounds import limits, search

FILTERED = ("ListPatients", "TideReport", "FindPatients", "ListClinics", "ListAllClinicians")
# What could mean something to a filter, a number, a time, a pattern or a database.
PIECES = st.sampled_from([
    *([">", "<", "=", ">=", "<=", "-", "+", ".", ",", "0", "7", "0.5", "1e5", "1e400", "NaN", "14d", "cgm", "true", "%", "$gt", "$where", "{", "}", "[", "(", "\\", "*", "^", "'", "_", "é", "ß", "İ"]),
    *(" ", '"', "\0", "\ud800"),
    *("2024-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "fullName", "5f85fbe6686e6bb9170ab5d1"),
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=5).map("".join) | st.text(max_size=20)


def named(operation):
    _, _, described = described_operations()[operation]
    return [p["name"] for p in described.get("parameters", ()) if p["in"] == "query"]


@pytest.mark.yardstick("L4")
@pytest.mark.parametrize("name", FILTERED)
def test_any_text_in_any_parameter_is_answered_as_described(callers, name):
    @limits(10)
    @given(st.dictionaries(st.sampled_from(named(name)), TEXTS, min_size=1, max_size=3))
    def ask(query):
        callers.send("service", name, query="?" + urlencode(query, errors="surrogatepass"))

    search(ask, ask, share=0.015)


def test_raw_bodies_are_read_or_refused():
    @limits(50)
    @given(
        st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "replace")),
        st.text(max_size=8),
    )
    def read(raw, charset):
        for reader, refusal in (
            (lambda: parsers.parse_json(raw), BadRequest),
            (lambda: bodies.read(raw, charset), bodies.UnreadableBody),
        ):
            with suppress(refusal):
                reader()

    search(read, read, share=0.01)


def test_a_time_that_is_accepted_can_be_shown_again():
    @limits(50)
    @given(st.text(max_size=30) | st.datetimes().map(lambda moment: moment.isoformat() + "Z"))
    def check(text):
        if validation.is_valid({"type": "string", "format": "date-time"}, text):
            moment = clock.parse_time(text)
            assert clock.parse_time(clock.format_time(moment)) == moment

    search(check, check, share=0.01)
