"""Servers and clean databases for every test: real MongoDB, real Redis, one database per xdist worker.

With TEST_MONGODB_URI and TEST_REDIS_URL set those servers are used; otherwise the run starts its own.
"""

import gc
import sys
from collections import Counter
from itertools import chain, groupby, zip_longest

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command

from tests.commands import take_written
from tests.environment import DATABASE

pytest_plugins = ["tests.cast"]
_last = {"has_processes": True}  # the test before: what its processes have written no one sees
PROCESS_STARTS = {"subprocess.Popen", "os.fork", "os.posix_spawn"}


def pytest_configure():
    sys.addaudithook(_notice_processes)
    gc.disable()  # until all is collected, nothing is garbage: see pytest_collection_finish
    settings.PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]


def _notice_processes(event, _, starts=PROCESS_STARTS, last=_last):
    """While Python ends it is still called, but the names of this module are gone."""
    if event in starts:
        last["has_processes"] = True


def pytest_collection_modifyitems(items):
    """Files that wait for processes and browsers begin early, since one of them begun last would be waited for alone;
    and by turns with others, so that something is always computed meanwhile."""
    by_file = groupby(items, key=lambda item: item.path)
    files = [list(group) for _, group in by_file]
    waiting = [tests for tests in files if any(map(_has_processes, tests))]
    others = [tests for tests in files if not any(map(_has_processes, tests))]
    by_turns = chain.from_iterable(zip_longest(waiting, others, fillvalue=()))
    items[:] = chain.from_iterable(by_turns)


def pytest_collection_finish():
    """Six thousand tests are many objects, and garbage was searched for among all of them.

    Gain: a seventh of the run.
    Remove when: Python's collector never walks everything in one go (tests/kernel/test_speed.py would fail then).
    """
    gc.set_threshold(10_000, 50, 100)
    gc.enable()


def _has_processes(item):
    return any(mark.name in ("processes", "browser") for mark in item.iter_markers())


def pytest_terminal_summary(terminalreporter):
    """What was not tried, and how to try it, in a line for each reason."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, n in Counter(report.longrepr[2] for report in skipped).items():
        terminalreporter.write_line(f"{n} skipped: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """One migrated database with all indexes; emptied between tests, dropped at the end."""
    from kernel import db
    from tests.cast import described_operations

    django_db_blocker.unblock()
    db.client().drop_database(DATABASE)
    call_command("migrate", verbosity=0)
    described_operations()  # made once, before threads ask for it side by side
    yield
    db.client().drop_database(DATABASE)


KEPT = {"django_migrations", "django_content_type", "auth_permission"}
ROLES = {"auth_group", "auth_group_permissions"}  # made again when a test has changed them


@pytest.fixture(autouse=True)
def clean_state(django_db_setup, request):
    """Every test starts with empty collections and an empty cache. Only what was written to is emptied.

    Gain: a fifth of the run, which asking all collections each time took.
    Remove when: MongoDB empties a whole database in one command and keeps its indexes.
    """
    from kernel import db
    from tests import replay
    from users.services import neighbours

    database = db.database()
    written = take_written()
    had_other_roles = not ROLES.isdisjoint(written)
    if _last["has_processes"]:
        written = database.list_collection_names()
    _last["has_processes"] = request.path.parent.name == "tasks" or _has_processes(request.node)
    replay.empty(set(written) - KEPT - ROLES, wanted=_fixtures_of(request))
    if had_other_roles:
        _renew_roles(database)
    take_written()
    for cache in caches.all():
        cache.clear()
    # The embedded service keeps its own token, whose record has just gone.
    neighbours.user_service.cache_clear()


def _fixtures_of(request):
    """Names of the fixtures that a test uses, but for those that another one takes the place of."""
    definitions = request.node._fixtureinfo.name2fixturedefs
    return {name for name, found in definitions.items() if len(found) == 1}


def _renew_roles(database):
    from kernel.staff import roles

    for name in ROLES:
        database[name].delete_many({})
    roles.ensure()


@pytest.fixture
def peer():
    """A Redox on loopback."""
    from tests.redox_peer import RedoxPeer

    found = RedoxPeer()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def no_broker(monkeypatch, request):
    """Events stay in the outbox until a test delivers them (`tests.events.deliver_all`), so that every
    test decides what has happened. Tests with real workers are marked `processes`."""
    if request.node.get_closest_marker("processes") is None:
        from kernel.outbox import waking

        monkeypatch.setattr(waking, "enqueue", lambda wake_ups: None)
