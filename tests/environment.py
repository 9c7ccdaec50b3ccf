"""Point the settings at the tests' own servers and database, before Django reads them (fact F24).

Loaded with `-p tests.environment` (pyproject.toml): pytest-django reads the settings before any conftest.
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
        TIDEPOOL_XEALTH_ENABLED="true",
        TIDEPOOL_XEALTH_BEARER_TOKEN="Xealth-test-TOKEN",
        LOG_LEVEL="WARNING",
    )
    for name in [n for n in os.environ if n.startswith("TIDEPOOL_") and n.endswith("_ADDRESS")]:
        del os.environ[name]


_point_at_servers()
