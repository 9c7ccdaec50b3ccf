"""Older documents, and those of other writers, are brought into the present form."""

from io import StringIO

import pytest
from bson import ObjectId
from django.core.management import call_command

from confirmations.store import confirmations
from kernel import backfills, db
from tests.factories import make_patient
from tests.lookalikes import HIDDEN, PLAIN, SAME_LETTERS, SPELLINGS


def insert(*emails):
    documents = [
        {"_id": n, "clinicId": n, "email": email, "createdTime": None}
        for n, email in enumerate(emails)
    ]
    db.collection("clinicians").insert_many(documents)


def stored():
    return [row.get("email") for row in db.collection("clinicians").find({}, sort=[("_id", 1)])]


def backfill_members():
    output = StringIO()
    call_command("backfill_members", stdout=output)
    return int(output.getvalue().split()[0])


def test_addresses_of_members_become_canonical_when_an_operator_asks_for_it():
    insert(
        "Kim.DOE@Example.org", " kim.doe@example.org", "Jo@XN--bcher-kva.example.org", PLAIN, None
    )
    written = stored()
    backfills.run()
    assert stored() == written
    assert backfill_members() == 3
    assert stored() == [PLAIN, PLAIN, "jo@bücher.example.org", PLAIN, None]
    assert backfill_members() == 0


def test_a_patient_is_found_by_an_address_that_an_operator_has_made_canonical(clinic, ada):
    """Rows of lists contain the address."""
    patient = make_patient(
        {"_id": ObjectId(clinic["id"])}, email="Jo@XN--bcher-kva.example.org", mrn="M1"
    )
    other_patient = make_patient({"_id": ObjectId(clinic["id"])}, email="jo@example.org", mrn="M2")
    backfills.run()
    assert db.collection("patients").find_one({"_id": patient["_id"]}) == patient
    call_command("backfill_patients", stdout=StringIO())
    search = f"/v1/clinics/{clinic['id']}/patients?search="
    for words in ("bücher.example", "jo@bücher m1"):
        rows = ada.api.get(search + words).json()["data"]
        assert [row["id"] for row in rows] == [patient["userId"]]
    assert "xn--" not in db.collection("patients").find_one({"_id": patient["_id"]})["email"]
    assert db.collection("patients").find_one({"_id": other_patient["_id"]}) == other_patient


def test_a_stored_look_alike_is_left_as_it_is():
    look_alikes = [text for name, text in SPELLINGS.items() if name not in SAME_LETTERS]
    insert(*look_alikes, *HIDDEN.values())
    assert backfill_members() == 0
    assert stored() == [*look_alikes, *HIDDEN.values()]


def test_an_address_that_another_record_has_stays_as_it_is():
    db.collection("accounts").insert_many(
        [{"_id": "a", "username": "KIM.doe@example.org"}, {"_id": "b", "username": PLAIN}]
    )
    assert backfills.run()["accounts.username"] == 0


@pytest.mark.parametrize("command", ["migrate", "ensure_indexes"])
def test_migrate_and_ensure_indexes_run_the_backfills(command):
    db.collection(confirmations.COLLECTION).insert_one(
        {"_id": "key", "email": "Kim.DOE@Example.org"}
    )
    call_command(command, verbosity=0)
    assert confirmations.find_by_key("key", {"emailKey": PLAIN})
