"""After every test of the suite its audit events and records of accesses are searched for values of its patients
(tests/recorded_values.py): what one has left behind is found."""

import pytest

from kernel import audit, clock, db
from kernel.accesses.rows import RECORDS
from tests import recorded_values
from tests.factories import make_clinic, make_patient

pytestmark = [pytest.mark.yardstick("A2"), pytest.mark.foreign_documents]
PATIENT = {
    "fullName": "Quentin Zander",
    "email": "q.zander@example.org",
    "birthDate": "1971-03-04",
    "mrn": "MRN-77121",
}


def leave_in_the_audit_trail(value):
    event = {"action": "patient.viewed", "object_type": "patient", "object_id": "1"}
    actor = {"actor_id": "1", "actor_kind": "staff", "actor_name": "sam"}
    audit.record(**event, **actor, scope={"searched": f"for {value} and others"})


def leave_in_the_records(value):
    db.collection(RECORDS).insert_one({"time": clock.now(), "who": value})


@pytest.mark.parametrize("leave", [leave_in_the_audit_trail, leave_in_the_records])
@pytest.mark.parametrize("field", recorded_values.FIELDS)
def test_a_value_that_a_test_leaves_behind_is_found(request, leave, field):
    assert "no_values_in_access_records" in request.fixturenames, (
        "it looks for them after this test"
    )
    make_patient(make_clinic(), **PATIENT)
    assert recorded_values.found() == []
    leave(PATIENT[field])
    assert recorded_values.found() == [PATIENT[field]]
    db.collection("patients").delete_many({})
