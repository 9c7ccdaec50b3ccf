"""Indexes on existing data (rule PATIENT-144)."""

import pytest

from kernel import db, indexes
from tests.factories import make_clinic, make_patients


@pytest.fixture
def without_the_index():
    raw = db.database()["patients"]
    raw.drop_index("UniqueMrnV2")
    yield
    raw.delete_many({})
    indexes.ensure()


def test_an_index_that_the_data_violate_is_reported_and_does_not_stop_the_start(without_the_index):
    rows = [{"mrn": "a1", "requireUniqueMrn": True}, {"mrn": "A1", "requireUniqueMrn": True}]
    make_patients(make_clinic(), rows)
    report = indexes.ensure()
    assert report.conflicting == ["patients.UniqueMrnV2"]


def test_all_declared_indexes_exist_as_declared():
    assert indexes.missing() == []
    assert len(db.database()["patients"].index_information()) <= 64
