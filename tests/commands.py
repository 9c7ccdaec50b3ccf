"""What a process sends to MongoDB: how many commands, which writes, and which commands fail; and its own work."""

import sys
import threading
from contextlib import contextmanager

import pytest
from pymongo import monitoring

from clinic_records.store.closures import COLLECTION as CLOSURES
from patients.kept import ROWS
from webhooks.store.hooks import COLLECTION as WEBHOOKS

WRITES = {"insert", "update", "delete", "findAndModify", "drop"}


class _OfThisThread(list):
    def __init__(self):
        super().__init__()
        self._thread = threading.get_ident()

    def append(self, name):
        if threading.get_ident() == self._thread:
            super().append(name)


class _Commands(monitoring.CommandListener):
    def __init__(self):
        self.recorders = []
        self.failures = []
        self.written = set()  # collections that this process has written to
        self.watches = []
        self.named = []
        self.interventions = []
        self.scans = []

    def started(self, event):
        for names in self.named:
            names.update(_collections_of(event.command, event.command_name))
        if event.command_name in WRITES and not _is_mongodbs_own(event):
            for names in (self.written, *self.watches):
                names.add(event.command[event.command_name])
            for intervene in list(self.interventions):
                intervene(event.command[event.command_name])
        if event.command.get(event.command_name) == ROWS and _lists_ids(event.command):
            self.scans.append(event.command_name)
        if event.command.get("find") == CLOSURES or _reads_listeners(event.command):
            return  # once a second in each process, whatever is asked
        for recorder in self.recorders:
            recorder.append(event.command_name)

    def succeeded(self, event):
        pass

    def failed(self, event):
        for recorder in self.failures:
            recorder.append(event.failure.get("code"))


def _reads_listeners(command):
    return command.get("find") == WEBHOOKS and set(command.get("projection", ())) == {
        "clinicId",
        "kinds",
    }


def _lists_ids(command):
    """Whether it looks for a list of `_id`."""
    changes = [change["q"] for name in ("updates", "deletes") for change in command.get(name, ())]
    matches = [stage.get("$match", {}) for stage in command.get("pipeline", ())]
    queries = [command.get("filter") or command.get("query") or {}, *changes, *matches]
    found = [query.get("_id") for query in queries]
    return any(isinstance(ids, dict) and len(ids.get("$in", ())) > 1 for ids in found)


def take_scans():
    """Commands since the last call for which MongoDB 6 has read a whole clustered collection: it does for a list of
    `_id`."""
    scans, _COMMANDS.scans = _COMMANDS.scans, []
    return scans


def _is_mongodbs_own(event):
    return str(event.command[event.command_name]).startswith("system.")


_COMMANDS = _Commands()
monitoring.register(_COMMANDS)


def take_written():
    """Names of the collections written to since the last call."""
    written, _COMMANDS.written = _COMMANDS.written, set()
    return written


def peek_written():
    """The same, without forgetting them."""
    return frozenset(_COMMANDS.written)


def was_written(collection):
    """Whether the collection was written to since the last call of `take_written`."""
    return collection in _COMMANDS.written


@contextmanager
def unseen_writes():
    """Writes inside this block are not counted."""
    before = set(_COMMANDS.written)
    yield
    _COMMANDS.written = before


@pytest.fixture
def written():
    """Names of the collections written to since the set was last cleared. Other collections need not be
    restored."""
    names = set()
    _COMMANDS.watches.append(names)
    yield names
    _COMMANDS.watches.remove(names)


@contextmanager
def named_collections():
    """Names of the collections that commands name meanwhile, those of a pipeline's stages included."""
    names = set()
    _COMMANDS.named.append(names)
    try:
        yield names
    finally:
        _COMMANDS.named.remove(names)


def _collections_of(command, name):
    if isinstance(command[name], str):
        yield command[name]
    yield from _joined(command.get("pipeline", ()))


def _joined(stages):
    for stage in stages:
        for operator, how in stage.items():
            if operator in ("$lookup", "$graphLookup", "$unionWith"):
                yield how if isinstance(how, str) else how.get("from") or how.get("coll")
            for pipeline in _pipelines_in(operator, how):
                yield from _joined(pipeline)


def _pipelines_in(operator, how):
    if operator == "$facet":
        return how.values()
    return [how["pipeline"]] if isinstance(how, dict) and "pipeline" in how else []


@contextmanager
def before_each_write(intervene):
    """`intervene(collection)` is called before MongoDB gets a write, its own writes excepted."""

    def once(collection):
        _COMMANDS.interventions.remove(once)
        try:
            intervene(collection)
        finally:
            _COMMANDS.interventions.append(once)

    _COMMANDS.interventions.append(once)
    try:
        yield
    finally:
        _COMMANDS.interventions.remove(once)


@contextmanager
def failed_commands():
    """The list of MongoDB's codes of the commands that fail meanwhile."""
    codes = []
    _COMMANDS.failures.append(codes)
    try:
        yield codes
    finally:
        _COMMANDS.failures.remove(codes)


@contextmanager
def recorded_commands(*, of_this_thread=False):
    """The names of all commands sent meanwhile; with `of_this_thread` not those that something in the background
    sends."""
    recorder = _OfThisThread() if of_this_thread else []
    _COMMANDS.recorders.append(recorder)
    try:
        yield recorder
    finally:
        _COMMANDS.recorders.remove(recorder)


@contextmanager
def counted_calls():
    """A list with True for each call of a Python function of this thread meanwhile: the work of this process, which does
    not depend on the machine."""
    calls = []
    sys.setprofile(lambda frame, event, _: calls.append(event == "call"))
    try:
        yield calls
    finally:
        sys.setprofile(None)


@pytest.fixture
def mongo_commands():
    """`with mongo_commands() as names:` is `recorded_commands`."""
    return recorded_commands
