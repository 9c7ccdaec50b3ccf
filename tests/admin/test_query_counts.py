"""A list page makes the same few queries, however long the list is."""

import pytest

from kernel import db
from patients.services import patient_counts
from tests.factories import make_clinic, make_patients


@pytest.fixture
def questions(mongo_commands):
    """How often one request reads; the audit entry's and the permissions' reads are in the number."""
    return lambda client, path: _count_reads(mongo_commands, client, path)


def _count_reads(mongo_commands, client, path):
    client.get(path)
    with mongo_commands() as commands:
        response = client.get(path)
    assert response.status_code == 200
    return len([name for name in commands if name in ("find", "aggregate", "count", "getMore")])


PATHS = [
    "clinics/",
    "clinics/attention",
    "clinics/{c}/patients/?size=100&columns=gmi&columns=reviewed&columns=ehr",
    "clinics/{c}/members/",
    "events/",
    "audit/",
]


@pytest.mark.yardstick("W5")
@pytest.mark.parametrize("path", PATHS)
def test_more_rows_need_no_more_queries(path, clinic, root, questions):
    path = f"/admin/{path.format(c=clinic['_id'])}"
    few = questions(root.client, path)
    make_patients(clinic, [{"fullName": f"Person {n}"} for n in range(80)])
    patient_counts.kept_counts(clinic["_id"])  # as a worker makes them
    for number in range(40):
        make_clinic(name=f"Clinic {number}", admins=[])
    rows = [
        {"event": "e", "handler": "h", "key": "", "payload": {}, "state": "dead", "queue": "default", "attempts": 1}
        for _ in range(60)
    ]  # fmt: skip
    db.collection("outbox").insert_many(rows)
    many = questions(root.client, path)
    assert many <= few
    assert few <= 14
