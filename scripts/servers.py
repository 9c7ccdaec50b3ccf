"""The project's own MongoDB and Redis, for development and tests."""

import os


def for_tests() -> tuple[str, str]:
    """Addresses of the servers tests use: (MongoDB URI, Redis URL without database number)."""
    return os.environ["TEST_MONGODB_URI"], os.environ["TEST_REDIS_URL"]
