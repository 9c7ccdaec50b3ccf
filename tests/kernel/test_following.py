"""Followers: what is derived follows what anyone writes, whatever dies in between (decision 0013)."""

import threading
from datetime import timedelta

import pytest
from pymongo.errors import AutoReconnect, ServerSelectionTimeoutError

from kernel import clock, db, following
from kernel.following import delivering, processes, rows, standing, stream, tenure
from kernel.following.rows import LeaseLost
from tests.admin.conftest import Staff
from tests.cast import QuickClient
from tests.followers import following as process_of
from tests.processes.service import eventually

NAME = "tests.copies"
THINGS = "followedThings"
OTHERS = "otherFollowedThings"
LOST = [
    {"_data": "82"},  # not a token
    {"_data": 5},
    # An event of the year 2018, which never was: the server answers as when its log no longer has an event.
    {
        "_data": "825B0AAD06000000032B022C0100296E5A10049136D1EAB32A44DDB3B122121900CEEE"
        "46645F696400646B0AAD066EDBFCB0581FD0750004"
    },
]


class Copies:
    """Derives a copy of each thing. `broken`: ids that cannot be handled, and the error."""

    def __init__(self):
        self.stored = {}
        self.batches = []
        self.slices = []
        self.broken = {}
        self.fault = None
        self.rescan_fault = None
        self.after_first_slice = lambda: None

    def handle(self, changes):
        self.batches.append({name: set(ids) for name, ids in changes.items()})
        if self.fault:
            raise self.fault
        for name, ids in changes.items():
            for document_id in ids:
                self._copy(name, document_id)

    def _copy(self, name, document_id):
        if document_id in self.broken:
            raise self.broken[document_id]
        found = db.collection(name).find_one({"_id": document_id})
        self.stored.pop((name, document_id), None)
        if found is not None:
            self.stored[name, document_id] = found["value"]

    def rescan(self, after):
        """Two at a time, and first what has lost its thing."""
        self.slices.append(after)
        if self.rescan_fault:
            raise self.rescan_fault
        if after is None:
            self.stored.clear()
        query = {} if after is None else {"_id": {"$gt": after}}
        found = list(db.collection(THINGS).find(query, sort=[("_id", 1)], limit=2))
        for thing in found:
            self.stored[THINGS, thing["_id"]] = thing["value"]
        if after is None:
            self.after_first_slice()
        return found[-1]["_id"] if found else None

    @property
    def things(self):
        return {key: value for (name, key), value in self.stored.items() if name == THINGS}


@pytest.fixture
def copies(monkeypatch):
    copies = Copies()
    following.register(
        NAME,
        collections=(THINGS, OTHERS),
        handle=copies.handle,
        rescan=copies.rescan,
        derives="Copies of things",
    )
    monkeypatch.setattr(delivering, "_FIRST_WAIT", 0.001)
    monkeypatch.setattr(tenure, "_AFTER_LOSS", 0)
    yield copies
    del following.BY_NAME[NAME]


@pytest.fixture
def process(copies):
    with process_of(NAME) as process:
        process.catch_up()
        copies.batches.clear()
        copies.slices.clear()
        yield process


def write(*ids, value=1, name=THINGS):
    for document_id in ids:
        db.collection(name).update_one(
            {"_id": document_id}, {"$set": {"value": value}}, upsert=True
        )


def stored_row():
    return rows.collection().find_one({"_id": NAME})


def parked():
    return {row["documentId"]: row["error"] for row in rows.failures().find({"follower": NAME})}


def the_standing():
    (found,) = [each for each in following.standings() if each.name == NAME]
    return found


def test_changes_of_every_kind_by_anyone_are_followed(copies, process):
    things = db.database()[THINGS]
    things.insert_many([{"_id": n, "value": n} for n in (1, 2, 3, 4)])
    things.update_one({"_id": 1}, {"$set": {"value": 10}})
    things.replace_one({"_id": 2}, {"value": 20})
    things.delete_one({"_id": 3})
    write(5, name=OTHERS)

    process.catch_up()

    assert copies.things == {1: 10, 2: 20, 4: 4}
    assert copies.stored[OTHERS, 5] == 1
    assert copies.slices == []


def test_changes_in_a_transaction_are_followed(copies, process):
    db.run_in_transaction(lambda: write(1, 2))
    process.catch_up()
    assert copies.things == {1: 1, 2: 1}


def test_after_a_drop_a_slice_comes_before_the_changes(copies, process):
    """So that it can make what they are derived into."""
    write(1)
    process.catch_up()
    copies.batches.clear()
    batches_before = []
    copies.after_first_slice = lambda: batches_before.append(len(copies.batches))

    db.database().drop_collection(THINGS)
    write(2)
    process.catch_up()

    assert batches_before == [0]
    assert copies.things == {2: 1}


def test_other_collections_are_not_read(copies, process):
    write(1, name="unfollowedThings")
    process.catch_up()
    assert copies.batches == []


def test_nothing_of_a_document_but_its_id_is_read(process, monkeypatch):
    read = []
    monkeypatch.setattr(stream, "_add", lambda batch, change: read.append(change))
    write(1, value="Ada Lovelace")
    process.until(lambda: read)
    assert set(read[0]) == {"_id", "ns", "operationType", "clusterTime", "documentKey"}
    assert "Lovelace" not in str(read)


def test_many_changes_of_one_document_are_handled_at_once(copies, process):
    for value in range(20):
        write(1, value=value)
    process.catch_up()
    assert copies.batches == [{THINGS: {1}}]
    assert copies.things == {1: 19}


def test_a_document_with_an_object_for_an_id_stops_nothing(copies, process):
    db.database()[THINGS].insert_one({"_id": {"a": 1}})
    write(1)
    process.catch_up()
    assert copies.things == {1: 1}


# --- stops and deaths
def test_what_was_written_meanwhile_is_followed_after_a_stop(copies, process):
    process.die()
    documents = [{"_id": n, "value": n} for n in range(300)]
    db.database()[THINGS].insert_many(documents)
    db.database()[THINGS].delete_many({"_id": {"$gte": 250}})

    with process_of(NAME) as successor:
        successor.catch_up()

    assert copies.things == {n: n for n in range(250)}
    assert max(sum(map(len, batch.values())) for batch in copies.batches) <= stream.MOST_CHANGES
    assert copies.slices == []  # without a rescan


def test_a_process_killed_after_a_batch_and_before_its_note_has_it_handled_again(
    copies, process, monkeypatch
):
    write(1)
    with monkeypatch.context() as patch:
        patch.setattr(rows, "change", kill)
        with pytest.raises(Killed):
            process.catch_up()
    process.die()
    assert copies.batches == [{THINGS: {1}}]

    with process_of(NAME) as successor:
        successor.catch_up()

    assert copies.batches == [{THINGS: {1}}] * 2


def test_a_process_killed_in_a_batch_loses_none(copies, process):
    write(1, 2)
    copies.fault = Killed()
    with pytest.raises(Killed):
        process.catch_up()
    process.die()
    copies.fault = None

    with process_of(NAME) as successor:
        successor.catch_up()

    assert copies.things == {1: 1, 2: 1}


class Killed(BaseException):
    pass


def kill(*_, **__):
    raise Killed


# --- rescans
def test_the_first_start_rescans_what_is_there_in_slices(copies):
    write(*range(5))
    with process_of(NAME) as process:
        process.catch_up()
    assert copies.things == dict.fromkeys(range(5), 1)
    assert copies.slices == [None, 1, 3, 4]


def test_changes_during_a_rescan_are_not_lost(copies):
    """They are newer than the position from which changes are followed."""
    write(*range(4))

    def change_what_is_rescanned_already():
        write(1, value=2)
        db.collection(THINGS).delete_one({"_id": 0})

    copies.after_first_slice = change_what_is_rescanned_already
    with process_of(NAME) as process:
        process.catch_up()
        process.catch_up()
    assert copies.things == {1: 2, 2: 1, 3: 1}


@pytest.mark.parametrize(("changes", "goes_on_at_once"), [(0, False), (1, False), (2, True)])
def test_changes_are_gathered_unless_a_batch_is_full(
    monkeypatch, process, changes, goes_on_at_once
):
    monkeypatch.setattr(stream, "MOST_CHANGES", 2)
    write(*range(changes))
    assert process.tenure.turn() == goes_on_at_once


def test_a_rescan_waits_while_changes_wait(copies, monkeypatch):
    """A first slice is done before them."""
    monkeypatch.setattr(stream, "MOST_CHANGES", 2)
    monkeypatch.setattr(tenure, "_SLICES_SECONDS", 0.0002)  # one slice
    write(*range(4))
    copies.after_first_slice = lambda: write(*range(10, 15))
    with process_of(NAME) as process:
        process.until(lambda: copies.slices)
        process.until(lambda: 14 in copies.things)
        assert len(copies.slices) <= 2
        process.catch_up()
    assert copies.slices[-1] == 14


def test_a_rescan_goes_on_where_a_killed_process_stopped(copies, monkeypatch):
    write(*range(6))
    with process_of(NAME) as process:
        monkeypatch.setattr(rows, "change", kill_after(rows.change, 3))
        with pytest.raises(Killed):
            process.catch_up()
    monkeypatch.undo()

    with process_of(NAME) as successor:
        successor.catch_up()

    assert copies.slices.count(None) == 1
    assert copies.things == dict.fromkeys(range(6), 1)


def kill_after(change, times):
    left = iter(range(times))

    def counted(*arguments):
        if next(left, None) is None:
            raise Killed
        return change(*arguments)

    return counted


@pytest.mark.parametrize("token", LOST, ids=str)
def test_a_lost_position_is_followed_by_a_rescan(copies, process, token):
    process.die()
    write(1)
    rows.collection().update_one({"_id": NAME}, {"$set": {"token": token}})

    with process_of(NAME) as successor:
        successor.until(lambda: copies.slices)
        successor.catch_up()
        assert copies.things == {1: 1}
        assert successor.row["token"] != token
        write(2)
        successor.catch_up()

    assert copies.things == {1: 1, 2: 1}


@pytest.mark.parametrize("change", ["drop", "rename", "renamed_to"])
def test_a_watched_collection_that_is_dropped_or_renamed_is_rescanned(copies, process, change):
    write(1)
    process.catch_up()
    database = db.database()
    if change == "drop":
        database[THINGS].drop()
    elif change == "rename":
        database[THINGS].rename("thingsNoMore")
    else:
        write(9, name="newThings")
        database["newThings"].rename(THINGS, dropTarget=True)

    process.until(lambda: copies.slices)
    process.catch_up()
    assert set(copies.things) == ({9} if change == "renamed_to" else set())
    write(2)
    process.catch_up()

    assert 2 in copies.things
    database["thingsNoMore"].drop()


def test_a_database_that_is_dropped_is_rescanned(copies, process, monkeypatch):
    process.die()
    other = db.client()[f"{db.database_name()}_other"]
    other[THINGS].insert_one({"_id": 1})
    with monkeypatch.context() as patch:
        patch.setattr(db, "database", lambda: other)
        process.tenure.turn()
        db.client().drop_database(other.name)
        process.until(lambda: copies.slices)
    process.die()
    write(1)
    process.until(lambda: copies.things == {1: 1})


@pytest.mark.parametrize("changed", [{"version": 2}, {"collections": (THINGS,)}], ids=str)
def test_a_follower_that_derives_something_else_rescans(copies, process, changed):
    process.die()
    write(1)
    registered = following.BY_NAME[NAME]
    for name, value in changed.items():
        object.__setattr__(registered, name, value)

    for slices in ([None, 1], []):
        copies.slices.clear()
        with process_of(NAME) as successor:
            successor.catch_up()
        assert copies.slices == slices


def test_a_fault_in_a_rescan_does_not_keep_changes_from_being_followed(copies, monkeypatch):
    monkeypatch.setattr(tenure, "_LONGEST_WAIT", 0.01)
    write(1)
    copies.rescan_fault = ValueError()
    with process_of(NAME) as process:
        process.until(lambda: copies.slices)
        write(2)
        process.until(lambda: copies.things == {2: 1})
        assert the_standing().is_rescanning
        assert stored_row()["lastError"] == "ValueError"
        copies.rescan_fault = None
        process.catch_up()
    assert copies.things == {1: 1, 2: 1}


# --- failures
def test_one_broken_document_stops_no_other_and_is_parked(copies, process):
    copies.broken = {2: KeyError("Ada Lovelace")}
    write(1, 2, 3)

    process.catch_up()
    write(4)
    process.catch_up()

    assert copies.things == {1: 1, 3: 1, 4: 1}
    assert parked() == {2: "KeyError"}
    assert copies.batches.count({THINGS: {2}}) == delivering.TRIES_OF_AN_ID
    assert "Lovelace" not in str([*rows.failures().find({}), stored_row()])
    assert the_standing().parked == 1


def test_a_parked_document_is_released_when_a_change_of_it_is_handled(copies, process):
    copies.broken = {2: KeyError()}
    write(2)
    process.catch_up()
    copies.broken = {}
    write(2, value=5)
    process.catch_up()
    assert copies.things == {2: 5}
    assert parked() == {}


def test_a_batch_deletes_nothing_while_no_document_is_parked(copies, process, mongo_commands):
    write(1, 2)
    write(3, name=OTHERS)
    with mongo_commands() as commands:
        process.catch_up()
    assert copies.things == {1: 1, 2: 1}
    assert "delete" not in commands


def test_parked_documents_are_tried_again_at_the_next_start(copies, process):
    copies.broken = {2: KeyError(), 3: KeyError()}
    write(2, 3)
    process.catch_up()
    copies.broken = {3: ValueError()}

    delivering.try_parked_again(following.BY_NAME[NAME])

    assert copies.things == {2: 1}
    assert parked() == {3: "ValueError"}


def test_a_failure_that_passes_parks_nothing(copies, process):
    copies.fault = ValueError()
    write(1, 2)
    process.tenure._wait = lambda _: setattr(copies, "fault", None)
    process.catch_up()
    assert copies.batches == [{THINGS: {1, 2}}] * 2
    assert copies.things == {1: 1, 2: 1}
    assert parked() == {}
    assert the_standing().failures == 1


def test_an_outage_is_waited_for_and_parks_nothing(copies, process):
    copies.fault = AutoReconnect()
    write(1)
    for _ in range(delivering.TRIES_OF_AN_ID * 2):
        process.die()
        with pytest.raises(AutoReconnect):
            process.until(lambda: copies.things)
    copies.fault = None
    process.die()
    process.catch_up()
    assert copies.things == {1: 1}
    assert parked() == {}


# --- one at a time
def test_two_processes_do_not_follow_at_once(process):
    assert rows.take(NAME, "second") is None


def test_another_process_takes_over_when_the_lease_ends(copies, process):
    end_lease()
    write(1)
    with process_of(NAME, holder="second") as second:
        second.catch_up()
        assert copies.things == {1: 1}
        write(2)
        with pytest.raises(LeaseLost):  # the first one, which was only suspended
            process.until(lambda: False)
        second.catch_up()
    assert stored_row()["holder"] == "second"


def test_a_renewal_that_comes_too_late_ends_the_tenure(process):
    end_lease()
    rows.take(NAME, "second")
    process.tenure._extend()
    with pytest.raises(LeaseLost):
        process.tenure.turn()


def end_lease():
    rows.collection().update_one({"_id": NAME}, {"$set": {"leaseTime": clock.now()}})


@pytest.fixture
def threads(copies):
    """run() starts what `manage.py follow` does; each ends after the test."""
    started = []

    def run():
        stop = threading.Event()
        thread = threading.Thread(target=following.run, args=(stop,))
        thread.start()
        started.append((stop, thread))
        return lambda: (stop.set(), thread.join())

    yield run
    for stop, thread in started:
        stop.set()
        thread.join()


def test_the_process_follows_until_it_is_told_to_end_and_leaves_the_lease(copies, threads):
    end = threads()
    eventually(lambda: copies.slices)
    write(1)
    eventually(lambda: copies.things == {1: 1})
    end()
    assert rows.take(NAME, "second") is not None


def test_the_process_goes_on_after_an_outage(copies, threads, monkeypatch):
    threads()
    eventually(lambda: copies.slices)
    with monkeypatch.context() as patch:
        patch.setattr(rows, "change", raise_outage)
        write(1)
        eventually(lambda: "lastError" in stored_row())
    eventually(lambda: copies.things == {1: 1})
    assert stored_row()["lastError"] == "ServerSelectionTimeoutError"


def raise_outage(*_):
    raise ServerSelectionTimeoutError


def test_waits_between_failures_grow_to_a_minute():
    pauses = tenure.Pauses()
    lengths = [pauses.begin_next() for _ in range(10)]
    assert lengths == sorted(lengths)
    assert lengths[0] <= 1
    assert lengths[-1] == 60
    assert not pauses.are_over()


def test_a_process_without_progress_ends_itself(copies, monkeypatch):
    ended = []
    monkeypatch.setattr(processes.os, "_exit", ended.append)
    keeper = processes.Keeper(following.BY_NAME[NAME], threading.Event())
    processes._end_if_stuck([keeper])
    assert ended == []
    monkeypatch.setattr(processes, "STUCK_SECONDS", -1)
    processes._end_if_stuck([keeper])
    assert ended == [75]


# --- what others see of it
def test_a_quiet_follower_is_not_behind(process):
    assert the_standing().is_running
    assert the_standing().lag_seconds == 0
    assert not the_standing().needs_attention


def test_the_lag_is_the_age_of_the_last_change_that_was_handled(process):
    write(1)
    process.catch_up()
    moment = clock.now() - timedelta(seconds=90)
    rows.collection().update_one(
        {"_id": NAME}, {"$set": {"isQuiet": False, "followedTime": moment}}
    )
    assert 90 <= the_standing().lag_seconds < 100


def test_a_follower_that_died_while_it_was_quiet_is_behind_soon(process):
    long_ago = clock.now() - timedelta(minutes=5)
    times = dict.fromkeys(("noteTime", "followedTime", "leaseTime"), long_ago)
    rows.collection().update_one({"_id": NAME}, {"$set": times})
    assert 300 <= the_standing().lag_seconds < 310
    assert not the_standing().is_running


@pytest.mark.foreign_documents
@pytest.mark.parametrize("name", ["noteTime", "followedTime", "leaseTime"])
def test_a_time_that_is_none_makes_the_follower_late_and_breaks_nothing(process, name):
    rows.collection().update_one({"_id": NAME}, {"$set": {name: "yesterday"}})
    assert the_standing().is_running == (name == "noteTime")
    assert standing.followed_times(NAME).keys() == ({NAME} if name != "followedTime" else set())
    assert standing.lag_seconds(NAME) >= 0
    assert overview()


def test_a_follower_that_has_never_run_is_infinitely_behind(copies):
    assert the_standing().lag_seconds == float("inf")
    assert not the_standing().is_running


def test_metrics(copies, process):
    write(1)
    process.catch_up()
    rows.note_failure(NAME, "KeyError")
    assert metrics() == {
        f'clinics_follower_lag_seconds{{follower="{NAME}"}}': 0,
        f'clinics_follower{{follower="{NAME}",what="running"}}': 1,
        f'clinics_follower{{follower="{NAME}",what="rescanning"}}': 0,
        f'clinics_follower{{follower="{NAME}",what="parked"}}': 0,
        f'clinics_follower_changes_total{{follower="{NAME}"}}': 1,
        f'clinics_follower_failures_total{{follower="{NAME}"}}': 1,
    }


def metrics():
    lines = QuickClient().get("/metrics").content.decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if NAME in line]
    return {name: float(value) for name, value in pairs}


def test_staff_are_told_when_nothing_follows(copies):
    assert "Nothing follows what other services change" in overview()
    assert "Copies of things may be out of date" in overview()


def test_staff_are_told_when_the_follower_cannot_begin(copies):
    rows.take(NAME, "first")
    assert "Nothing follows what other services change" in overview()


def test_staff_are_told_of_nothing_while_all_is_well(process):
    assert "Copies of things" not in overview()


def test_staff_are_told_when_the_follower_is_behind(process):
    moment = clock.now() - timedelta(seconds=standing.LATE_SECONDS * 3)
    rows.collection().update_one(
        {"_id": NAME}, {"$set": {"isQuiet": False, "followedTime": moment}}
    )
    assert "is 3 min behind: Copies of things may be out of date" in overview()


def test_staff_are_told_of_parked_documents(copies, process):
    copies.broken = {2: KeyError()}
    write(2)
    process.catch_up()
    assert "could not read 1 record: Copies of things may be out of date for it" in overview()


def overview():
    return Staff(superuser=True).get("").content.decode()
