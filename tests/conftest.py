"""Servers and clean databases for every test: real MongoDB, real Redis, one database per xdist worker.

With TEST_MONGODB_URI and TEST_REDIS_URL set those servers are used; otherwise the run starts its own.
"""

import os

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
DATABASE = f"test_clinic_{os.environ.get('TEST_RUN', 'local')}_{WORKER}"


def _point_at_servers() -> None:
    """Before settings are read: a test can never reach a configured database (fact F24)."""
    from scripts import servers

    mongodb, redis = servers.for_tests()
    number = int("".join(filter(str.isdigit, WORKER)) or 0)
    number += int(os.environ.get("TEST_REDIS_OFFSET", "0"))
    os.environ.update(
        MONGODB_URI=mongodb,
        REDIS_URL=f"{redis}/{number + 1}",
        TIDEPOOL_CLINIC_DATABASE_NAME=DATABASE,
        BROKER_KEY_PREFIX=f"{DATABASE}:",
        ENVIRONMENT="test",
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        TIDEPOOL_REDOX_VERIFICATION_TOKEN="redox-test-token",
        LOG_LEVEL="WARNING",
    )
    for name in [n for n in os.environ if n.startswith("TIDEPOOL_") and n.endswith("_ADDRESS")]:
        del os.environ[name]


_point_at_servers()

import pytest  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402

pytest_plugins = ["tests.cast"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """One migrated database with all indexes; emptied between tests, dropped at the end."""
    from clinics_site.core import db

    django_db_blocker.unblock()
    db.client().drop_database(DATABASE)
    call_command("migrate", verbosity=0)
    yield
    db.client().drop_database(DATABASE)


@pytest.fixture(autouse=True)
def clean_state(django_db_setup):
    """Every test starts with empty collections and an empty cache."""
    from clinics_site.core import db

    database = db.database()
    for name in database.list_collection_names():
        if name not in ("django_migrations", "django_content_type", "auth_permission"):
            database[name].delete_many({})
    cache.clear()


@pytest.fixture(autouse=True)
def no_broker(monkeypatch, request):
    """Events stay in the outbox until a test delivers them (`tests.events.deliver_all`), so that every
    test decides what has happened. Tests with real workers are marked `processes`."""
    if request.node.get_closest_marker("processes") is None:
        from clinics_site.core import outbox

        monkeypatch.setattr(outbox, "_enqueue", lambda ids: None)
