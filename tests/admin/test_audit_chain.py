"""The audit trail is append-only and shows any tampering."""

import io
import threading
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from kernel import audit, audit_anchors, clock, db, indexes
from kernel.audit_check import Walk

MOMENT = datetime(2026, 11, 24, 12, tzinfo=UTC)
CLINIC = ObjectId()
COLLECTIONS = (audit.COLLECTION, audit.HEADS, audit_anchors.COLLECTION)


@pytest.fixture(autouse=True)
def begun(clean_state):
    """As `migrate` leaves an installation."""
    audit_anchors.begin()


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


@pytest.fixture
def clock_at(monkeypatch):
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def rows():
    return db.database()[audit.COLLECTION]


def anchors():
    return db.database()[audit_anchors.COLLECTION]


def verify(*arguments):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return f"{err.getvalue()}{error}"
    return out.getvalue()


def test_an_event_holds_actor_action_object_and_its_position_in_the_chain():
    first, second = write(2, before={"tier": "tier0100"}, after={"tier": "tier0200"}, reason="T-1")
    event, earlier = audit.find_event(second), audit.find_event(first)
    assert event["number"] == 2
    assert event["previous"] == earlier["seal"]
    assert event["environment"] == "test"
    assert event["actor"] == {"id": "staff-1", "kind": "staff", "name": ""}
    assert audit.is_intact(event)


@pytest.mark.parametrize(
    "ahead", [0, 2, -2], ids=["one second", "one clock is ahead", "one clock is behind"]
)
def test_lists_are_in_the_order_of_the_chain_whichever_process_has_written_them(
    monkeypatch, clock_at, ahead
):
    """What a process begins and what a worker finishes within the same second."""
    for turn in range(6):
        clock_at(MOMENT + timedelta(seconds=ahead * (turn % 2)))
        counted = bytes([255 - 100 * (turn % 2)]) * 5
        monkeypatch.setattr(ObjectId, "_random", classmethod(lambda _, it=counted: it))
        write(1, clinic_id=CLINIC)
    assert [event["number"] for event in audit.list_events({}, limit=9)] == [6, 5, 4, 3, 2, 1]
    paged, before = [], None
    while page := audit.list_events({"clinicId": CLINIC}, before=before, limit=2):
        paged += [event["number"] for event in page]
        before = page[-1]["_id"]
    assert paged == [6, 5, 4, 3, 2, 1]
    assert "6 events of test are intact" in verify()


def test_a_clock_that_is_far_ahead_once_does_not_move_later_events_into_its_day(clock_at):
    clock_at(MOMENT + timedelta(days=2))
    write()
    clock_at(MOMENT)
    [event_id] = write()
    assert event_id.generation_time == MOMENT


def test_an_intact_trail_is_reported_with_its_anchor():
    write(3)
    answer = verify()
    assert "3 events of test are intact" in answer
    number, seal = audit.chain_end("test")
    assert f"anchor: {number}:{seal}:" in answer
    assert "intact" in verify("--anchor", anchor_in(answer))


def anchor_in(answer):
    return answer.rpartition("anchor: ")[2].strip()


def test_an_empty_trail_is_intact():
    assert "0 events of test are intact" in verify()


@pytest.mark.yardstick("A3")
def test_a_changed_row_is_named():
    _, second, _ = write(3)
    rows().update_one({"_id": second}, {"$set": {"reason": "another"}})
    assert f"event 2 {second}: was changed after it was written" in verify()


@pytest.mark.yardstick("A3")
def test_a_removed_row_is_named():
    _, second, _ = write(3)
    rows().delete_one({"_id": second})
    assert "event 2 before it is missing" in verify()


@pytest.mark.yardstick("A3")
def test_a_row_cut_off_at_the_end_is_named():
    *_, last = write(3)
    rows().delete_one({"_id": last})
    assert "events 3 to 3 are missing at the end: the end of the chain" in verify()


@pytest.mark.yardstick("A3")
def test_reordered_rows_are_named():
    _, second, third = write(3)
    rows().update_one({"_id": second}, {"$set": {"number": 99}})
    rows().update_one({"_id": third}, {"$set": {"number": 2}})
    rows().update_one({"_id": second}, {"$set": {"number": 3}})
    answer = verify()
    assert str(second) in answer
    assert str(third) in answer


@pytest.mark.yardstick("A3")
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


@pytest.mark.yardstick("A3")
def test_an_older_end_restored_is_found_with_an_anchor():
    write(2)
    older = db.database()[audit.HEADS].find_one({})
    (third,) = write(1)
    anchor = str(audit_anchors.write("test"))
    rows().delete_one({"_id": third})
    db.database()[audit.HEADS].replace_one({}, older)
    assert "events 3 to 3 are missing at the end: the anchor of" in verify()
    anchors().delete_one({"number": 3})
    assert "2 events of test are intact" in verify()
    assert "events 3 to 3 are missing at the end: the given anchor of" in verify("--anchor", anchor)


@pytest.mark.yardstick("A3")
def test_anchors_are_found_in_a_log(tmp_path):
    write(1)
    older = {name: list(db.database()[name].find({})) for name in COLLECTIONS}
    write(1)
    line = {"event": "audit.anchored", "environment": "test"}
    line["anchor"] = str(audit_anchors.write("test"))
    log = tmp_path / "log"
    lines = ["", "{", "[1]", '{"event": 7}', "beat-1  | " + orjson.dumps(line).decode(), "{}"]
    log.write_text("\n".join(lines))
    assert "2 events of test are intact" in verify("--log", str(log))

    for name, documents in older.items():
        db.database()[name].delete_many({})
        db.database()[name].insert_many(documents)
    assert "1 events of test are intact" in verify()
    assert "events 2 to 2 are missing" in verify("--log", str(log))


def test_a_log_without_anchors_proves_nothing(tmp_path):
    (tmp_path / "log").write_text('{"event": "request"}\n')
    assert verify("--log", str(tmp_path / "log")) == "there is no anchor in the log"


def test_an_anchor_that_was_not_signed_here_is_named(settings):
    write(1)
    anchor = str(audit_anchors.write("test"))
    assert "was not signed" in verify("--anchor", anchor.replace("1:", "2:", 1))
    with pytest.raises(CommandError, match="an anchor looks like"):
        call_command("verify_audit", "--anchor", "12")


def test_the_trail_of_another_environment_in_the_database_is_checked(settings):
    write(2)
    settings.ENVIRONMENT = "staging"
    audit_anchors.begin()
    _, second = write(2)
    settings.ENVIRONMENT = "test"
    assert "2 events of staging are intact" in verify()
    rows().delete_one({"_id": second})
    assert "staging: event 2: events 2 to 2 are missing at the end" in verify()


def test_events_added_during_a_check_are_no_finding(monkeypatch):
    write(2)
    walked = Walk.take

    def take(self, event):
        write(1) if event["number"] == 1 else None
        return walked(self, event)

    monkeypatch.setattr(Walk, "take", take)
    assert "events of test are intact" in verify()


def test_a_retired_key_still_verifies(settings):
    settings.AUDIT_OLD_KEYS = [f"audit:{settings.SECRET_KEY}"]  # used where AUDIT_KEY is unset
    settings.AUDIT_KEY = "first"
    write(2)
    settings.AUDIT_KEY = "second"
    said = verify()
    assert "was changed" in said
    assert "AUDIT_OLD_KEYS has to name" in said
    settings.AUDIT_OLD_KEYS = [*settings.AUDIT_OLD_KEYS, "first"]
    write(1)
    assert "3 events" in verify()


@pytest.mark.yardstick("A3")
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


class TestWatch:
    @pytest.fixture
    def log_lines(self, monkeypatch):
        lines = []
        for level in ("info", "error"):
            monkeypatch.setattr(
                audit_anchors.log, level, lambda event, **rest: lines.append((event, rest))
            )
        return lines

    def test_without_new_events_no_anchor_is_written(self, log_lines):
        audit_anchors.keep_watch()
        write(1)
        for _ in range(3):
            audit_anchors.keep_watch()
        assert [event for event, _ in log_lines] == ["audit.anchored"]
        assert [anchor["number"] for anchor in anchors().find({})] == [0, 1]

    def test_the_trail_is_checked_every_ten_seconds(self, settings):
        entry = settings.CELERY_BEAT_SCHEDULE["core.watch_audit_trail"]
        assert entry == {"task": "core.watch_audit_trail", "schedule": 10}

    @pytest.mark.parametrize("count", [1, 2, 44])
    def test_everything_deleted_after_the_first_check_is_found(self, count):
        write(count)
        audit_anchors.keep_watch()
        for name in COLLECTIONS[:2]:
            db.database()[name].delete_many({})
        assert f"events 1 to {count} are missing at the end: the anchor of" in verify()

    @pytest.mark.yardstick("A3")
    def test_new_events_are_anchored_in_the_database_and_in_the_log(self, log_lines):
        write(2)
        audit_anchors.keep_watch()
        audit_anchors.keep_watch()
        ((event, line),) = log_lines
        assert (event, line["environment"]) == ("audit.anchored", "test")
        number, seal = audit.chain_end("test")
        assert line["anchor"].startswith(f"{number}:{seal}:")
        assert anchors().find_one({"number": number})["seal"] == seal

    @pytest.mark.yardstick("A3")
    def test_an_anchor_is_written_after_an_hour(self, log_lines, monkeypatch):
        now = clock.now() + audit_anchors.EVERY
        monkeypatch.setattr(clock, "now", lambda: now)
        audit_anchors.keep_watch()
        assert [event for event, _ in log_lines] == ["audit.anchored"]

    @pytest.mark.parametrize(
        ("deleted", "reason"),
        [
            ((audit_anchors.COLLECTION,), "no_anchor"),
            (COLLECTIONS, "no_anchor"),
            ((audit.COLLECTION,), "events_missing"),
            ((audit.HEADS,), "end_changed"),
            ((audit.COLLECTION, audit.HEADS), "end_changed"),
        ],
    )
    def test_deleted_events_are_reported_and_no_new_anchor_hides_them(
        self, log_lines, deleted, reason
    ):
        write(3)
        audit_anchors.write("test")
        log_lines.clear()
        for name in deleted:
            db.database()[name].delete_many({})
        count = anchors().count_documents({})
        audit_anchors.keep_watch()
        assert log_lines == [("audit.broken", {"environment": "test", "reason": reason})]
        assert anchors().count_documents({}) == count

    def test_an_older_copy_is_reported_even_after_it_has_grown(self, log_lines):
        write(2)
        older = {name: list(db.database()[name].find({})) for name in COLLECTIONS[:2]}
        write(2)
        audit_anchors.write("test")
        log_lines.clear()
        for name, documents in older.items():
            db.database()[name].delete_many({})
            db.database()[name].insert_many(documents)
        write(9)
        audit_anchors.keep_watch()
        assert [line["reason"] for _, line in log_lines] == ["events_missing"]

    def test_migrate_anchors_the_end_of_the_trail_of_an_older_installation(self):
        write(2)
        anchors().delete_many({})
        assert "there is no anchor" in verify()
        audit_anchors.begin()
        audit_anchors.begin()
        assert [anchor["number"] for anchor in anchors().find({})] == [2]
        assert "2 events of test are intact" in verify()


@pytest.mark.yardstick("A5")
def test_events_never_expire():
    assert not any("expireAfterSeconds" in m.document for m in indexes.DECLARED[audit.COLLECTION])


@pytest.mark.yardstick("A5")
def test_the_code_has_no_way_to_change_or_remove_an_event():
    modules = (audit, audit_anchors)
    names = [name for module in modules for name in vars(module) if not name.startswith("__")]
    forbidden = ("update", "delete", "remove", "replace")
    assert not [name for name in names if name.strip("_").startswith(forbidden)]
