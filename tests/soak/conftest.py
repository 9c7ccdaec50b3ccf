"""The service of a soak runs on the database of the test itself."""

from tests.processes.conftest import service  # noqa: F401 (a fixture)
