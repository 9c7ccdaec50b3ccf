"""A plan is read from the database: what is stored there, also by others, as of one moment (rules MERGE-1 to
MERGE-4)."""

import pytest

from merges.services.planning import read_plan
from tests.factories import make_clinic, make_patient


def read(source, target):
    return read_plan(source_id=str(source["_id"]), target_id=str(target["_id"]))


@pytest.fixture
def source():
    return make_clinic(name="Lakeside", timezone="US/Pacific")


@pytest.fixture
def target():
    return make_clinic(name="Hillside", timezone="US/Pacific")


def test_a_plan_of_two_clinics_is_read(source, target):
    make_patient(source, fullName="Ada")
    plan = read(source, target)
    assert plan.can_execute
    assert plan.numbers.moved_patients == 1
