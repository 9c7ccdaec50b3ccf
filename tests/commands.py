"""What a request costs: the commands it sends to MongoDB."""

from contextlib import contextmanager

import pytest
from pymongo import monitoring


class _Commands(monitoring.CommandListener):
    def __init__(self):
        self.recorders = []

    def started(self, event):
        for recorder in self.recorders:
            recorder.append(event.command_name)

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


_COMMANDS = _Commands()
monitoring.register(_COMMANDS)


@pytest.fixture
def mongo_commands():
    """`with mongo_commands() as names:` records the names of all commands sent meanwhile."""

    @contextmanager
    def recording():
        recorder = []
        _COMMANDS.recorders.append(recorder)
        try:
            yield recorder
        finally:
            _COMMANDS.recorders.remove(recorder)

    return recording
