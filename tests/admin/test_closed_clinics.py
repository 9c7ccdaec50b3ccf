"""Staff pages of clinics that are being merged (rule MERGE-68)."""

import pytest
from bson import ObjectId

from clinic_records.services import closures
from kernel import db
from tests.admin.conftest import events, messages_of, text
from tests.factories import make_clinic

TEXT = "The clinic is being merged into another clinic"


@pytest.fixture
def merging(bare_frame):
    source, target = make_clinic(name="Hillside"), make_clinic(name="Lakeside")
    closures.close(ObjectId(), source_id=source["_id"], target_id=target["_id"])
    closures.forget()
    return source, target


def test_pages_of_both_say_what_happens(merging, root):
    source, target = merging
    for tab in ("", "members/", "labels/"):
        of_source = text(root.get(f"clinics/{source['_id']}/{tab}"))
        of_target = text(root.get(f"clinics/{target['_id']}/{tab}"))
        assert "This clinic is being merged into Lakeside." in of_source
        assert "Hillside is being merged into this clinic." in of_target


def test_pages_of_another_clinic_say_nothing(merging, root):
    other = make_clinic(name="Seaside")
    assert "being merged" not in text(root.get(f"clinics/{other['_id']}/"))


WRITES = {
    "labels/tag/add": {"name": "Adult"},
    "settings/tier": {"tier": "tier0300"},
    "delete": {"typed": "Hillside", "reason": "No longer needed"},
}


@pytest.mark.parametrize("path", WRITES)
def test_the_source_cannot_be_changed(path, merging, root):
    source, _ = merging
    before = db.collection("clinics").find_one({"_id": source["_id"]})
    url = f"clinics/{source['_id']}/{path}"
    submit = root.submit if path.startswith("settings") else root.post
    assert TEXT in " ".join(messages_of(submit(url, **WRITES[path])))
    assert db.collection("clinics").find_one({"_id": source["_id"]}) == before
    (event,) = events(outcome="refused")
    assert (event["outcome"], event["scope"]["refused"]) == ("refused", f"{TEXT}.")


def test_the_target_can_be_changed(merging, root):
    _, target = merging
    root.post(f"clinics/{target['_id']}/labels/tag/add", name="Adult")
    (tag,) = db.collection("clinics").find_one({"_id": target["_id"]})["patientTags"]
    assert tag["name"] == "Adult"
