"""An app declares the kinds of its work; what walks over work walks over the kinds."""

import pytest

from ehr import checks, kinds, summaries
from ehr.admin import records
from ehr.kinds import Kind
from ehr.services import processing
from redox.messages import flowsheet


@pytest.fixture
def letter(monkeypatch):
    """A kind that was declared, and no more."""
    monkeypatch.setattr(kinds, "_DECLARED", dict(kinds._DECLARED))
    kind = Kind("letter", "letter of an office", "letters", payload=dict)
    kinds.declare(kind)
    return kind


def test_every_kind_of_the_service_has_an_event_and_pages():
    assert checks.every_kind_is_handled_and_shown() == []
    assert {"message", "scheduled"} <= set(kinds.names())


def test_a_kind_without_event_or_pages_stops_the_start(letter):
    assert [problem.msg for problem in checks.every_kind_is_handled_and_shown()] == [
        "the kind letter has no event",
        "the kind letter has no pages for staff",
    ]


def test_a_kind_is_found_by_its_stored_name_and_named_in_one_order(letter):
    assert kinds.of("letter") is letter
    assert kinds.names() == sorted(kinds.names())
    assert ("letter", "Letter of an office") in kinds.choices()


def test_a_stored_name_is_declared_once(letter):
    with pytest.raises(ValueError, match="letter"):
        kinds.declare(letter)


def test_events_and_pages_belong_to_declared_kinds():
    assert set(processing.EVENTS) == set(records.PAGES) == set(kinds.names())


def test_every_row_of_the_flowsheet_is_read_from_the_summary():
    for name, _, rows in flowsheet.BLOCKS:
        assert [row.field for row in rows] == list(summaries.FIELDS[name])
