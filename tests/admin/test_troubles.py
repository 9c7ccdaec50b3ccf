"""Which clinics need attention, and why: found by a worker, shown on the overview and on a page."""

from datetime import timedelta
from uuid import UUID

import pytest
from bson import ObjectId

from clinics import tasks
from clinics.choices import Destination
from clinics.store import troubles as store
from kernel import clock, db
from patients import kept
from patients.services import preparing
from patients.store import staff_reads
from tests import ehr
from tests.admin.conftest import text
from tests.factories import make_clinic, make_patients

WELL = {"admins": ["x"]}
FULL = {"patientCount": {"plan": 5}, "patientCountSettings": {"hardLimit": {"plan": 5}}}
EHR = {"enabled": True, "provider": "redox", "sourceId": "s"}
IDS = {kind: str(UUID(int=number)) for number, kind in enumerate(Destination.values)}
GIVEN_IDS = {**EHR, "sourceId": ehr.SOURCE, "destinationIds": IDS} | {
    "procedureCodes": ehr.SETTINGS["procedureCodes"]
}
ODD_IDS = {**GIVEN_IDS, "sourceId": "x", "destinationIds": {**IDS, "notes": "not a uuid"}}
PAGE = "clinics/attention"
pytestmark = pytest.mark.foreign_documents


def problems_shown(root):
    tasks.keep_troubles()
    return {row["name"]: row["reasons"] for row in root.get(PAGE).context["troubles"]}


def test_clinics_that_need_attention_are_listed_with_the_problem(root):
    make_clinic(name="No admin")
    make_clinic(name="Full", **WELL, **FULL)
    make_clinic(name="Not limited", country="DE", **WELL, **FULL)
    make_clinic(name="Half an EHR", ehrSettings=EHR, **WELL)
    make_clinic(name="Same source", ehrSettings=EHR, **WELL)
    make_clinic(name="Odd ids", ehrSettings=ODD_IDS, **WELL)
    make_clinic(name="Well", ehrSettings=GIVEN_IDS, **WELL)
    problems = problems_shown(root)
    assert problems["No admin"] == ["no admin"]
    assert problems["Full"] == ["at its limit: 5 of 5"]
    assert "EHR on without destinations: nothing can be sent" in problems["Half an EHR"]
    assert "another clinic has the same EHR source: matching fails" in problems["Same source"]
    assert problems["Odd ids"] == [
        "EHR on with a source id that Redox cannot have given: no order can find the clinic",
        "EHR on with destinations that Redox cannot have given: notes",
    ]
    assert list(problems) == ["Full", "Half an EHR", "No admin", "Odd ids", "Same source"]
    assert "Half an EHR" in text(root.get(""))


def test_a_clinic_that_is_well_again_is_not_reported_any_more(root):
    clinic = make_clinic(name="Full", **WELL, **FULL)
    assert set(problems_shown(root)) == {"Full"}
    db.collection("clinics").update_one(
        {"_id": clinic["_id"]}, {"$set": {"patientCountSettings.hardLimit.plan": 9}}
    )
    assert root.get(PAGE).context["troubles"] == []
    db.collection("clinics").delete_one({"_id": clinic["_id"]})
    assert root.get(PAGE).status_code == 200


def test_before_a_worker_has_looked_the_pages_say_so(root):
    make_clinic(name="No admin")
    for path in ("", PAGE):
        assert "Not looked yet" in text(root.get(path))
    db.collection("clinics").delete_many({})
    tasks.keep_troubles()
    for path in ("", PAGE):
        assert "All clinics are well" in text(root.get(path))


@pytest.mark.parametrize("path", ["", PAGE])
def test_pages_say_when_no_worker_has_looked_for_a_while(root, path):
    tasks.keep_troubles()
    assert "All clinics are well" in text(root.get(path))
    assert "No worker has looked" not in text(root.get(path))
    db.collection("clinicTroubles").update_one(
        {}, {"$set": {"foundTime": clock.now() - timedelta(minutes=11)}}
    )
    make_clinic(name="No admin")
    assert "No worker has looked at the clinics since" in text(root.get(path))
    assert "All clinics are well" not in text(root.get(path))


def test_where_those_of_a_page_are_well_again_others_are_not_called_well(root):
    for number in range(30):
        make_clinic(name=f"Clinic {number:02}")
    tasks.keep_troubles()
    of_page = [row["clinicId"] for row in db.collection("clinicTroubles").find_one({})["clinics"]]
    well = {"$set": {"admins": ["x"]}}
    db.collection("clinics").update_many({"_id": {"$in": of_page[:25]}}, well)
    for path in ("", PAGE):
        assert "All clinics are well" not in text(root.get(path))
        assert "These are well again" in text(root.get(path))
    assert "?page=2" in text(root.get(PAGE))
    assert len(root.get(PAGE, {"page": "2"}).context["troubles"]) == 5

    db.collection("clinics").update_many({}, well)
    assert "These are well again" in text(root.get(PAGE, {"page": "2"}))
    assert "There is no page 3" in text(root.get(PAGE, {"page": "3"}))
    tasks.keep_troubles()
    assert "All clinics are well" in text(root.get(PAGE))


def test_where_more_are_in_trouble_than_are_kept_the_page_says_so(root, monkeypatch):
    monkeypatch.setattr(store, "MOST", 30)
    for number in range(31):
        make_clinic(name=f"Clinic {number:02}")
    tasks.keep_troubles()
    page = text(root.get(PAGE, {"page": "2"}))
    assert "31 clinics were found. The first 30 by name are listed here." in page
    assert "26–30 of 30" in page
    assert "?page=3" not in page


# --- data that stopped ------------------------------------------------------------------------------
def with_data(name, days, *, kind="cgm", patients=10):
    """A clinic whose newest data are so many days old; the others' are older."""
    clinic = make_clinic(name=name, **WELL)
    dates = [clock.now() - timedelta(days=days + n) for n in range(patients)]
    make_patients(
        clinic, [{"summary": {f"{kind}Stats": {"dates": {"lastData": d}}}} for d in dates]
    )
    return clinic


def test_a_clinic_without_new_data_for_a_week_is_reported(root):
    silent = with_data("Silent", 8)
    with_data("Silent meters", 8, kind="bgm")
    with_data("Sends", 6)
    with_data("Small", 8, patients=9)
    with_data("Given up", 61)
    make_clinic(name="Never had any", **WELL)
    list(preparing.prepare())
    problems = problems_shown(root)
    day = clock.now() - timedelta(days=8)
    assert set(problems) == {"Silent", "Silent meters"}
    assert problems["Silent"] == [f"no data of any patient since {day:%Y-%m-%d}"]
    assert problems["Silent"][0] in text(root.get(f"clinics/{silent['_id']}/"))


def test_new_data_of_either_kind_count(root):
    clinic = with_data("Meters only", 30)
    fresh = {"summary": {"bgmStats": {"dates": {"lastData": clock.now()}}}}
    make_patients(clinic, [fresh])
    list(preparing.prepare())
    assert problems_shown(root) == {}


@pytest.mark.parametrize("kind", ["cgm", "bgm"])
def test_data_of_a_device_whose_clock_is_wrong_do_not_hide_that_others_have_stopped(root, kind):
    clinic = with_data("Silent", 8, kind=kind)
    later = {"summary": {f"{kind}Stats": {"dates": {"lastData": clock.now() + timedelta(days=2)}}}}
    make_patients(clinic, [later])
    make_patients(make_clinic(name="Nothing else", **WELL), [later] * 10)
    list(preparing.prepare())
    assert set(problems_shown(root)) == {"Silent"}


def test_newest_data_of_all_clinics_cost_one_key_of_each():
    for number in range(3):
        with_data(f"Clinic {number}", 8, patients=40)
    list(preparing.prepare())
    db.database().command("profile", 2)
    try:
        found = staff_reads.list_newest_data(until=clock.now())
    finally:
        db.database().command("profile", 0)
    entries = list(db.database()["system.profile"].find({"command.aggregate": kept.ROWS}))
    db.database()["system.profile"].drop()
    assert len(found) == 3
    assert [entry["planSummary"].startswith("DISTINCT_SCAN") for entry in entries] == [True, True]
    assert sum(entry["keysExamined"] for entry in entries) <= 2 * (2 * 3 + 1)


# --- a connection that fails ------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "is_reported"), [(6, True), (8, False)])
def test_a_clinic_whose_syncs_fail_is_reported(root, days, is_reported):
    clinic = make_clinic(name="Failing", **WELL)
    processing = {"kind": "redox.sync", "clinicId": clinic["_id"], "documentTime": clock.now()}
    for number, state in enumerate(("failed", "failed", "done")):
        begun = ObjectId.from_datetime(clock.now() - timedelta(days=days))
        record = {"_id": ObjectId(begun.binary[:11] + bytes([number])), "state": state}
        db.collection("ehrProcessing").insert_one(
            {**processing, **record, "documentId": ObjectId(), "attempts": 1}
        )
    expected = {"Failing": ["EHR: 2 failed in the last 7 days"]} if is_reported else {}
    assert problems_shown(root) == expected
