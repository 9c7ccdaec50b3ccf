"""A service on a MongoDB and a Redis of its own, which a test may stop and kill."""

import pytest

from tests import mails
from tests.chaos.backing import Backing
from tests.chaos.writers import LIMITS
from tests.processes.conftest import busy_worker  # noqa: F401 (a fixture)
from tests.processes.service import Service

DATABASE = "chaos"


@pytest.fixture
def backing(tmp_path, request):
    """With `@pytest.mark.parametrize("backing", [3], indirect=True)` on a MongoDB of three nodes."""
    servers = Backing(tmp_path, nodes=getattr(request, "param", 1))
    yield servers
    servers.end()


@pytest.fixture
def mail_folder(tmp_path):
    return tmp_path / "mail"


@pytest.fixture
def service(backing, tmp_path, mail_folder):
    folder = tmp_path / "service"
    folder.mkdir()
    environment = {
        "MONGODB_URI": backing.mongodb,
        "REDIS_URL": f"{backing.redis}/0",
        "TIDEPOOL_CLINIC_DATABASE_NAME": DATABASE,
        "REQUEST_TIME_LIMIT": "3s",
        **mails.environment(mail_folder),
        **LIMITS,
    }
    running_service = Service(folder, environment)
    running_service.manage("migrate", "--verbosity", "0")
    yield running_service
    running_service.stop()
