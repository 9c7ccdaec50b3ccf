"""What services refuse while a merge holds a clinic, also to callers who name it in no path (rules MERGE-64,
MERGE-70 and MERGE-71)."""

import pytest
import time_machine
from bson import ObjectId

from clinic_records.services import closures
from clinics.services import migrations, sites, tags
from confirmations.services import clinic_shares
from kernel import db, outbox
from kernel.errors import Busy
from kernel.outbox.retries import FAULTY_TRIES
from patients.services.patient_details import SharedPatient
from tests import deliveries
from tests.api.test_confirmations_shares import offer

SOURCE, TARGET = "source", "target"
TEXTS = {
    SOURCE: "the clinic is being merged into another clinic",
    TARGET: "the clinic is being merged with another clinic",
}
MERGE = ObjectId()


def hold(clinic_id, role):
    held, other = ObjectId(clinic_id), ObjectId()
    source, target = (held, other) if role == SOURCE else (other, held)
    closures.close(MERGE, source_id=source, target_id=target)
    closures.forget()


def reopen():
    closures.reopen(MERGE)
    closures.forget()


def clinics_and_patients():
    return [list(db.collection(name).find({})) for name in ("clinics", "patients", "confirmations")]


@pytest.fixture
def made(clinic):
    """A clinic with a tag and two sites."""
    clinic_id = clinic["id"]
    return {
        "clinic_id": clinic_id,
        "tag": tags.create_tag(clinic_id=clinic_id, name="Adult")["_id"],
        "north": sites.create_site(clinic_id=clinic_id, name="North")["id"],
        "south": sites.create_site(clinic_id=clinic_id, name="South")["id"],
    }


CHANGES = {
    "rename a tag": lambda on: tags.rename_tag(
        clinic_id=on["clinic_id"], tag_id=on["tag"], name="Grown up"
    ),
    "delete a tag": lambda on: tags.delete_tag(clinic_id=on["clinic_id"], tag_id=on["tag"]),
    "rename a site": lambda on: sites.rename_site(
        clinic_id=on["clinic_id"], site_id=on["north"], name="West"
    ),
    "delete a site": lambda on: sites.delete_site(clinic_id=on["clinic_id"], site_id=on["north"]),
}
RECASTS = {
    "merge sites": lambda on: sites.merge_site(
        clinic_id=on["clinic_id"], target_id=on["north"], source_id=on["south"]
    ),
    "tag to site": lambda on: sites.convert_tag(clinic_id=on["clinic_id"], tag_id=on["tag"]),
}


@pytest.mark.parametrize("what", [*CHANGES, *RECASTS])
def test_tags_and_sites_of_the_source_stay_as_they_are(what, made):
    hold(made["clinic_id"], SOURCE)
    before = clinics_and_patients()
    with pytest.raises(Busy) as refusal:
        (CHANGES | RECASTS)[what](made)
    assert refusal.value.message == TEXTS[SOURCE]
    assert clinics_and_patients() == before


@pytest.mark.parametrize("what", RECASTS)
def test_no_site_of_the_target_is_merged_or_made_of_a_tag(what, made):
    hold(made["clinic_id"], TARGET)
    before = clinics_and_patients()
    with pytest.raises(Busy) as refusal:
        RECASTS[what](made)
    assert refusal.value.message == TEXTS[TARGET]
    assert clinics_and_patients() == before
    reopen()
    RECASTS[what](made)


@pytest.mark.parametrize("what", CHANGES)
def test_tags_and_sites_of_the_target_can_change(what, made):
    hold(made["clinic_id"], TARGET)
    before = clinics_and_patients()
    CHANGES[what](made)
    assert clinics_and_patients() != before


# --- what a person shares -------------------------------------------------------------------------
def share(clinic, person):
    return person.api.post(
        f"/confirm/send/invite/{person.user_id}/clinic",
        {"shareCode": clinic["shareCode"], "permissions": {"view": {}}},
    )


def test_no_one_can_offer_data_to_the_source(clinic, dot):
    hold(clinic["id"], SOURCE)
    refused = share(clinic, dot)
    assert (refused.status_code, refused.json()) == (409, {"code": 409, "reason": TEXTS[SOURCE]})
    assert db.collection("confirmations").count_documents({}) == 0
    reopen()
    assert share(clinic, dot).status_code == 200


def test_data_can_be_offered_to_the_target_and_accepted_there(clinic, ada, dot):
    hold(clinic["id"], TARGET)
    key = share(clinic, dot).json()["key"]
    accepted = ada.api.put(f"/v1/clinics/{clinic['id']}/invites/patients/{key}")
    assert accepted.status_code == 200


def test_an_offer_to_the_source_stays_pending(clinic, dot):
    key = offer(clinic, dot)
    hold(clinic["id"], SOURCE)
    before = clinics_and_patients()
    with pytest.raises(Busy):
        clinic_shares.accept_offer(
            clinic_id=clinic["id"], invite_id=key, shared=SharedPatient(said={"mrn": "1"})
        )
    assert clinics_and_patients() == before


# --- workers --------------------------------------------------------------------------------------
def test_the_move_of_a_legacy_account_waits_for_the_merge_and_is_not_given_up(clinic, ada):
    migrations.create_migration(clinic_id=clinic["id"], user_id=ada.user_id)
    (row,) = db.collection(outbox.COLLECTION).find({"handler": "clinics.migrate_patients"})
    hold(clinic["id"], SOURCE)
    for _ in range(FAULTY_TRIES + 1):
        deliver_when_due(row)
    waiting = db.collection(outbox.COLLECTION).find_one({"_id": row["_id"]})
    assert (waiting["state"], waiting["lastError"]) == (outbox.PENDING, "Busy")
    reopen()
    deliver_when_due(row)
    assert migrations.access_migration(clinic["id"], ada.user_id)["status"] == "COMPLETED"


def deliver_when_due(row):
    due = db.collection(outbox.COLLECTION).find_one({"_id": row["_id"]})["notBefore"]
    with time_machine.travel(due, tick=False):
        deliveries.deliver(row["_id"])
