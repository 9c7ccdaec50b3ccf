"""The audit trail is append-only and shows any tampering (yardsticks A2-A5)."""

import io
import threading

import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from clinics_site.core import audit, db, indexes


def write(count=1, **changes):
    event = {
        "action": "clinic.tier_changed",
        "actor_id": "staff-1",
        "actor_kind": "staff",
        "object_type": "clinic",
        "object_id": "c1",
        **changes,
    }
    return [audit.record(**event) for _ in range(count)]


def rows():
    return db.database()[audit.COLLECTION]


def verify(*arguments):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return f"{err.getvalue()}{error}"
    return out.getvalue()


def test_an_event_holds_who_what_where_and_the_place_in_the_chain():
    first, second = write(2, before={"tier": "tier0100"}, after={"tier": "tier0200"}, reason="T-1")
    event, earlier = audit.find_event(second), audit.find_event(first)
    assert event["number"] == 2
    assert event["previous"] == earlier["seal"]
    assert event["environment"] == "test"
    assert event["actor"] == {"id": "staff-1", "kind": "staff", "name": ""}
    assert audit.is_intact(event)


def test_an_intact_trail_is_reported_with_its_anchor():
    write(3)
    answer = verify()
    assert "3 events of test are intact" in answer
    number, seal = audit.end_of("test")
    assert f"anchor: {number}:{seal}" in answer
    assert "intact" in verify("--anchor", f"{number}:{seal}")


def test_an_empty_trail_is_intact():
    assert "0 events of test are intact" in verify()


def test_a_changed_row_is_named():
    _, second, _ = write(3)
    rows().update_one({"_id": second}, {"$set": {"reason": "another"}})
    assert f"event 2 {second}: was changed after it was written" in verify()


def test_a_removed_row_is_named():
    _, second, _ = write(3)
    rows().delete_one({"_id": second})
    assert "event 2: event 2 is missing" in verify()


def test_a_row_cut_off_at_the_end_is_named():
    *_, last = write(3)
    rows().delete_one({"_id": last})
    assert "events up to 3 are missing at the end" in verify()


def test_reordered_rows_are_named():
    _, second, third = write(3)
    rows().update_one({"_id": second}, {"$set": {"number": 99}})
    rows().update_one({"_id": third}, {"$set": {"number": 2}})
    rows().update_one({"_id": second}, {"$set": {"number": 3}})
    answer = verify()
    assert str(second) in answer
    assert str(third) in answer


def test_an_inserted_copy_is_named():
    write(2)
    copied = rows().find_one({"number": 2})
    rows().insert_one({**copied, "_id": ObjectId(), "number": 3})
    assert "event 3" in verify()


def test_a_forged_end_of_the_chain_is_named():
    _, second, third = write(3)
    rows().delete_one({"_id": third})
    seal = audit.find_event(second)["seal"]
    db.database()[audit.HEADS].update_one({}, {"$set": {"number": 2, "seal": seal}})
    assert "the end of the chain was changed" in verify()


def test_an_older_end_put_back_is_found_with_an_anchor():
    write(2)
    older = db.database()[audit.HEADS].find_one({})
    (third,) = write(1)
    number, seal = audit.end_of("test")
    rows().delete_one({"_id": third})
    db.database()[audit.HEADS].replace_one({}, older)
    assert "intact" in verify()
    assert "the anchored event is missing" in verify("--anchor", f"{number}:{seal}")


def test_a_retired_key_still_verifies(settings):
    settings.AUDIT_KEY = "first"
    write(2)
    settings.AUDIT_KEY = "second"
    assert "was changed" in verify()
    settings.AUDIT_OLD_KEYS = ["first"]
    write(1)
    assert "3 events" in verify()


def test_parallel_writers_make_one_chain_without_gaps():
    threads = [threading.Thread(target=write, args=(10,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "60 events of test are intact" in verify()


def test_a_change_that_fails_leaves_no_event_and_no_gap():
    def change():
        write(1)
        raise ValueError

    write(1)
    with pytest.raises(ValueError):  # noqa: PT011
        db.run_in_transaction(change)
    write(1)
    assert "2 events of test are intact" in verify()


def test_events_are_kept_without_an_end():
    assert not any("expireAfterSeconds" in m.document for m in indexes.DECLARED[audit.COLLECTION])


def test_the_code_has_no_way_to_change_or_remove_an_event():
    names = [name for name in vars(audit) if not name.startswith("__")]
    forbidden = ("update", "delete", "remove", "replace")
    assert not [name for name in names if name.strip("_").startswith(forbidden)]
