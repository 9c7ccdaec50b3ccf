"""Records of other writers that are too large for a row of lists, or hold what a count cannot, hide no one and refuse
nothing."""

import pytest
from bson import ObjectId

from kernel import db
from patients.list_rows import row_of
from tests.factories import make_patient, make_patients

pytestmark = pytest.mark.foreign_documents
BODY = {"fullName": "Iris Moss", "birthDate": "1990-01-01"}
RECORDS = {
    "a name of megabytes": {"fullName": "Long " * 500_000},
    "a birth date of megabytes": {"birthDate": "1" * 2_000_000},
    "an MRN of megabytes": {"mrn": "M" * 2_000_000},
    "a hundred thousand tags": {"tags": [ObjectId() for _ in range(100_000)]},
    "ten thousand sites": {"sites": [{"id": ObjectId(), "name": "S"} for _ in range(10_000)]},
    "ten thousand sources": {
        "dataSources": [{"providerName": f"p{n}", "state": "error"} for n in range(10_000)]
    },
    "a zero character in a provider": {
        "dataSources": [{"providerName": "dex\0com", "state": "connected"}]
    },
    "nothing but a zero character": {"dataSources": [{"providerName": "\0", "state": "error"}]},
}


@pytest.fixture
def limited(clinic):
    limits = {"patientCountSettings": {"hardLimit": {"plan": 10}}}
    db.collection("clinics").update_one({"_id": ObjectId(clinic["id"])}, {"$set": limits})
    return clinic


@pytest.mark.parametrize("quirk", RECORDS)
def test_everyone_is_listed_and_someone_can_be_added(limited, ada, quirk):
    clinic = {"_id": ObjectId(limited["id"])}
    make_patients(clinic, [{"fullName": "Ann"}])
    patient = make_patient(clinic, **RECORDS[quirk])
    assert len(str(row_of(patient))) < 200_000
    url = f"/v1/clinics/{limited['id']}/patients"
    page = ada.api.get(url).json()
    assert (len(page["data"]), page["meta"]["count"]) == (2, 2)
    assert ada.api.post(url, BODY).status_code == 200
    assert ada.api.delete(f"{url}/{patient['userId']}").status_code == 204
    assert ada.api.get(url).json()["meta"]["count"] == 2
