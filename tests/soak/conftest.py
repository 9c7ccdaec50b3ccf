"""The service of a soak runs on the database of the test itself."""

import pytest

from tests.processes.conftest import service_in


@pytest.fixture
def service(tmp_path):
    with service_in(tmp_path / "service") as running_service:
        yield running_service
