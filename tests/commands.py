"""What a request costs: the commands it sends to MongoDB."""

from contextlib import contextmanager

import pytest
from pymongo import monitoring

WRITES = {"insert", "update", "delete", "findAndModify"}


class _Commands(monitoring.CommandListener):
    def __init__(self):
        self.recorders = []
        self.written = set()  # collections that this process has written to
        self.watches = []

    def started(self, event):
        if event.command_name in WRITES:
            for names in (self.written, *self.watches):
                names.add(event.command[event.command_name])
        for recorder in self.recorders:
            recorder.append(event.command_name)

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


_COMMANDS = _Commands()
monitoring.register(_COMMANDS)


def take_written():
    """Names of the collections written to since the last call."""
    written, _COMMANDS.written = _COMMANDS.written, set()
    return written


@pytest.fixture
def written():
    """Names of the collections written to since it was cleared last: what nobody wrote to need not be put back."""
    names = set()
    _COMMANDS.watches.append(names)
    yield names
    _COMMANDS.watches.remove(names)


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
