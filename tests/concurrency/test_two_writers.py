"""The other service and this one write to one database and neither knows of the other."""

import pytest

from kernel import clock, db
from tests.list_model import Model
from tests.other_service.documents import Inventor
from tests.other_service.existing import fill_clinic
from tests.other_service.writer import STEPS, OtherWriter

pytestmark = pytest.mark.foreign_documents
SEED = 16


@pytest.fixture
def lakeside():
    return fill_clinic(db.database(), Inventor(SEED, clock.now()), 60)


def test_the_other_writer_does_what_the_other_service_does(lakeside):
    """Alone, its counts are right at any time, and its records are none that the model cannot read."""
    writer = OtherWriter(db.database(), [lakeside["_id"]], seed=SEED)
    for name in STEPS:
        writer.take(name)
    for _ in range(40):
        writer.step()
    records = list(db.database()["patients"].find({"clinicId": lakeside["_id"]}))
    stored = db.database()["clinics"].find_one({"_id": lakeside["_id"]})
    assert stored["patientCount"] == Model(records).counts()
    assert writer.steps.keys() >= STEPS.keys() - {"create_in_another_clinic"}
