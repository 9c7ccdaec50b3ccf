"""Servers and clean databases for every test: real MongoDB, real Redis, one database per xdist worker.

With TEST_MONGODB_URI and TEST_REDIS_URL set those servers are used; otherwise the run starts its own.
"""

import gc
import os
import sys
from collections import Counter
from datetime import timedelta
from itertools import chain, groupby, zip_longest
from zlib import crc32

import hypothesis
import pytest
import structlog
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command

from tests import query_shapes, reached
from tests.commands import take_scans, take_written, was_written
from tests.environment import DATABASE

pytest_plugins = ["tests.cast", "tests.bodies", "tests.faults", "tests.pace", "tests.receivers"]
# How many tests ago there were processes, whose writes are not noticed. MongoDB may carry out the last one of a killed
# process a moment later.
_last = {"processes": 0}
_LATE = 2
NEVER_LATE = timedelta(days=365)
WALKS_PART = os.environ.get("WALKS_PART")
PROCESS_STARTS = {"subprocess.Popen", "os.fork", "os.posix_spawn"}


def pytest_configure(config):
    sys.addaudithook(_notice_processes)
    config.pluginmanager.register(reached.Collector())
    gc.disable()  # collecting tests makes no garbage: see pytest_collection_finish
    settings.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]
    # A busy machine is slow, and so is what Hypothesis does once for each version of Python, with the first text.
    hypothesis.settings.register_profile(
        "ours", hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.too_slow])
    )
    hypothesis.settings.load_profile("ours")


def _notice_processes(event, _, starts=PROCESS_STARTS, last=_last):
    """Also called while Python exits, when the globals of this module are gone; hence the default
    arguments."""
    if event in starts:
        last["processes"] = 0


def pytest_collection_modifyitems(config, items):
    _leave_out_walks(config, items)
    _order(items)


def _leave_out_walks(config, items):
    """WALKS_PART=2/3 takes the second third of the walks, with all the values of each."""
    if not WALKS_PART:
        return
    part, number_of_parts = map(int, WALKS_PART.split("/"))
    others = [
        item
        for item in items
        if item.get_closest_marker("walk") and _part_of(item, number_of_parts) != part
    ]
    config.hook.pytest_deselected(items=others)
    left_out = {*map(id, others)}
    items[:] = [item for item in items if id(item) not in left_out]


def _part_of(item, number_of_parts):
    return crc32(item.nodeid.partition("[")[0].encode()) % number_of_parts + 1


def _order(items):
    """Start files that wait for processes, browsers and threads early, since such a file at the end would run
    alone; and alternate them with others, so that the processor is busy meanwhile."""
    by_file = groupby(items, key=lambda item: item.path)
    files = [list(group) for _, group in by_file]
    files.sort(key=_weight, reverse=True)
    waiting = [tests for tests in files if any(map(_waits, tests))]
    others = [tests for tests in files if not any(map(_waits, tests))]
    # The last ones are short, so that no process waits long for another.
    alternating = chain.from_iterable(zip_longest(waiting, others, fillvalue=()))
    items[:] = chain.from_iterable(alternating)


def _weight(tests):
    return sum(map(_weight_of, tests))


def _weight_of(test):
    """A walk takes as long as some ten other tests, and one that may take longer than others do takes long."""
    limit = test.get_closest_marker("timeout")
    if limit is not None and limit.args[0] > USUAL_LIMIT:
        return limit.args[0]
    return 10 if test.get_closest_marker("walk") else 1


USUAL_LIMIT = 180  # seconds, of tests with processes


def pytest_collection_finish():
    """Six thousand tests are many objects, and each garbage collection walked all of them.

    Gain: a seventh of the run.
    Remove when: Python's collector never walks everything at once (tests/kernel/test_speed.py would fail
    then).
    """
    gc.set_threshold(10_000, 50, 100)
    gc.enable()


def _waits(item):
    return _has_processes(item) or item.path.parent.name == "concurrency"


def _has_processes(item):
    return any(mark.name in ("processes", "browser") for mark in item.iter_markers())


def pytest_sessionfinish():
    query_shapes.write()


def pytest_terminal_summary(terminalreporter):
    """Print which tests were skipped, one line for each reason, and which walks were tried."""
    if WALKS_PART:
        terminalreporter.write_line(f"part {WALKS_PART} of the walks")
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, n in Counter(report.longrepr[2] for report in skipped).items():
        terminalreporter.write_line(f"{n} skipped: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """One migrated database with all indexes; emptied between tests, dropped at the end."""
    from kernel import db
    from patients.services import prepared
    from tests import following
    from tests.cast import described_operations

    django_db_blocker.unblock()
    db.client().drop_database(DATABASE)
    call_command("migrate", verbosity=0)
    following.follow_writes_of_tests()
    prepared.REMEMBERED_SECONDS = float("inf")
    prepared.is_prepared()  # migrate has found no patients
    _roles.update({name: list(db.database()[name].find()) for name in ROLES})
    described_operations()  # made once, before several threads ask for it
    yield
    db.client().drop_database(DATABASE)


KEPT = {"django_migrations", "django_content_type", "auth_permission"}
ROLES = {"auth_group", "auth_group_permissions"}  # restored after a test that changed them
_roles = {}  # their documents: accounts of other tests refer to the ids


@pytest.fixture(autouse=True)
def clean_state(django_db_setup, request):
    """Every test starts with empty collections and an empty cache. Only collections that were written to are
    emptied, after a sample of what they hold was compared with the models.

    Gain: a fifth of the run, which emptying all collections each time took.
    Remove when: MongoDB empties a whole database in one command and keeps its indexes.
    """
    from clinic_records.services import closures
    from kernel import authn, db
    from kernel.jobs import running
    from patients.services import prepared
    from tests import following, replay, stored_documents
    from users.services import neighbours
    from webhooks.services import listeners

    database = db.database()
    written = take_written()
    had_other_roles = not ROLES.isdisjoint(written)
    if _last["processes"] < _LATE:
        written = _filled(database)
        replay.forget()
    _last["processes"] = 0 if _has_processes(request.node) else _last["processes"] + 1
    replay.empty(set(written) - KEPT - ROLES, needed=_fixtures_of(request))
    if had_other_roles:
        _restore_roles(database)
    take_written()
    for cache in caches.all():
        cache.clear()
    authn.forget()
    # The embedded service keeps its own token, whose record was just deleted.
    neighbours.user_service.cache_clear()
    closures.forget()
    # In the one process of the tests everyone knows at once; `tests.receivers` has the wait itself.
    listeners.wait_until_known = listeners.forget
    listeners.forget()
    # Nor does anyone deliver mails meanwhile, so a job that gives way to them would wait in vain.
    running.LATE = NEVER_LATE
    prepared._mark.remember()
    yield
    assert take_scans() == []
    assert query_shapes.take_faults() == []
    may_differ = _last["processes"] == 0 or any(map(was_written, following.COLLECTIONS))
    if may_differ and request.node.get_closest_marker("foreign_writes") is None:
        assert following.differences() == []
    if stored_documents.are_compared(request.node):
        assert stored_documents.misfits_of_what_was_written() == []


def _filled(database):
    """Names of the collections that hold anything, in one command: emptying all of them takes sixty."""
    names = sorted(n for n in database.list_collection_names() if not n.startswith("system."))
    first, *others = (
        [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}] for name in names
    )
    unions = [
        {"$unionWith": {"coll": name, "pipeline": pipeline}}
        for name, pipeline in zip(names[1:], others, strict=True)
    ]
    return [row["name"] for row in database[names[0]].aggregate([*first, *unions])]


def _fixtures_of(request):
    """The fixtures that a test uses, as module.name, without overridden ones. Two modules may have different
    fixtures of one name."""
    definitions = request.node._fixtureinfo.name2fixturedefs
    return {
        f"{fixtures[0].func.__module__}.{name}"
        for name, fixtures in definitions.items()
        if len(fixtures) == 1
    }


def _restore_roles(database):
    for name, documents in _roles.items():
        database[name].delete_many({})
        database[name].insert_many(documents)


@pytest.fixture
def peer():
    """A Redox on loopback."""
    from tests.redox_peer import RedoxPeer

    redox_peer = RedoxPeer()
    yield redox_peer
    redox_peer.close()


@pytest.fixture(autouse=True, scope="module")
def fresh_indexes(request, django_db_setup):
    """Query plans must not depend on what earlier tests of the process have stored: an index that once held a list stays
    "multikey", and then MongoDB answers less from its keys alone. The indexes of the module's `EXPLAINED` collections
    are therefore made again."""
    from kernel import db, indexes

    explained = getattr(request.module, "EXPLAINED", ())
    for name in explained:
        db.database()[name].drop()
    if explained:
        indexes.ensure()


@pytest.fixture(autouse=True, scope="session")
def no_service_calls_in_transactions(django_db_setup):
    from tests.service_calls import refuse_calls_in_transactions

    refuse_calls_in_transactions()


@pytest.fixture(autouse=True, scope="session")
def start_access_writer():
    """What starts the thread that writes records of accesses. It is never called: they wait until a test writes them
    (`tests.accesses.recorded`). For the whole session, because a thread that the fixture of a module had started would
    write beside all later tests."""
    from kernel.accesses import recording

    start = recording.Recorder._start
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(recording.Recorder, "_start", lambda recorder: None)
        monkeypatch.setattr(recording, "MOST_WAITING", 10**9)
        yield start


@pytest.fixture(autouse=True, scope="session")
def no_thread_for_errors(django_db_setup):
    """Errors of the API wait until a test writes them: a thread would write beside later tests."""
    from kernel.daily import api_errors

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(api_errors.Recorder, "_start", lambda recorder: None)
        yield
    api_errors.begin_again()  # nothing is written into the dropped database when the process ends


@pytest.fixture(autouse=True)
def no_values_in_access_records():
    from kernel.accesses import recording
    from tests import recorded_values

    yield
    values = recorded_values.found()
    recording.begin_again()
    assert values == []


@pytest.fixture(autouse=True)
def no_earlier_request():
    """A server forgets who asked for what when an answer is sent. The test client does not, and what a test logs
    before its first request would have the names of another test's."""
    from kernel import accesses

    structlog.contextvars.clear_contextvars()
    accesses.forget()


@pytest.fixture(autouse=True)
def no_broker(monkeypatch, request):
    """Events stay in the outbox until a test delivers them (`tests.events.deliver_all`), so that every test
    decides what happens. Tests with real workers are marked `processes`."""
    from kernel.outbox import waking

    waking.forget()
    if request.node.get_closest_marker("processes") is None:
        monkeypatch.setattr(waking, "enqueue", lambda wake_ups: [])
