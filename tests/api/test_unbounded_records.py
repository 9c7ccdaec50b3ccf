"""Records of other writers that are too large for a row of lists, or hold what a count cannot, hide no one and refuse
nothing."""

import pytest
from bson import ObjectId

from kernel import db
from patients.list_rows import counted_part, row_of
from patients.models import Patient
from patients.store import list_rows
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
    "a provider of megabytes": {
        "dataSources": [{"providerName": "p" * 9_000_000, "state": "error"}]
    },
    "a state of megabytes": {
        "dataSources": [{"providerName": "dexcom", "state": ".%$" * 2_000_000}]
    },
    "hundreds of providers with long names": {
        "dataSources": [
            {"providerName": f"{n}" + "p" * 20_000, "state": "error"} for n in range(300)
        ]
    },
    "a zero character in a provider": {
        "dataSources": [{"providerName": "dex\0com", "state": "connected"}]
    },
    "nothing but a zero character": {"dataSources": [{"providerName": "\0", "state": "error"}]},
}


@pytest.fixture(autouse=True)
def _any_length(monkeypatch):
    """Answers have what is stored, however long; the description is of what clients may send."""
    monkeypatch.setattr("tests.cast.check_against_description", lambda _: None)


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


@pytest.mark.parametrize("user_id", ["u" * 9_000_000, ["u" * 9_000_000], {"u": "u" * 9_000_000}])
def test_a_user_id_of_megabytes_is_not_copied_and_hides_no_one(clinic, ada, user_id):
    place = {"_id": ObjectId(clinic["id"])}
    make_patients(place, [{"fullName": "Ann"}])
    make_patient(place, userId=user_id)
    url = f"/v1/clinics/{clinic['id']}/patients"
    assert ada.api.get(f"{url}?search=ann").json()["meta"]["count"] == 1
    assert ada.api.post(url, BODY).status_code == 200
    (row,) = db.collection(list_rows.COLLECTION).aggregate(
        [{"$match": {"clinicId": place["_id"]}}, {"$sort": {"size": -1}},
         {"$group": {"_id": None, "largest": {"$max": {"$bsonSize": "$$ROOT"}}}}]
    )  # fmt: skip
    assert row["largest"] < 20_000


@pytest.mark.parametrize("name", sorted(field.column for field in Patient._meta.fields))
@pytest.mark.parametrize(
    "make", [str, lambda text: [text], lambda text: {"name": text, "id": text}]
)
def test_no_field_of_a_record_is_copied_whole_into_its_row(name, make):
    keys = {"_id": ObjectId(), "clinicId": ObjectId()}
    if name not in keys:
        assert len(str(row_of({**keys, name: make("long " * 400_000)}))) < 20_000
        assert len(str(counted_part({**keys, name: make("long " * 400_000)}))) < 20_000


def test_providers_of_megabytes_hide_no_one_of_their_clinic(clinic, ada):
    """Their names are counted in one document, which holds 16."""
    make_patients({"_id": ObjectId(clinic["id"])}, [RECORDS["a provider of megabytes"]] * 2)
    url = f"/v1/clinics/{clinic['id']}/patients"
    assert ada.api.get(url).json()["meta"]["count"] == 2
    assert ada.api.post(url, BODY).status_code == 200
    counts = ada.api.get(f"/v1/clinics/{clinic['id']}/patient_count").json()
    assert counts["providers"] == {"p" * 100: {"states": {"error": 2}, "total": 2}}
