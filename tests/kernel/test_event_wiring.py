"""An event is declared, emitted and handled: three files, and the service does not start with one of them missing."""

import inspect
import re
import sys
from pathlib import Path

import pytest

from clinics_site import checks
from kernel import db, outbox
from kernel.outbox import derived, events, subscriptions, wiring
from tests import deliveries

FOLDERS = checks.apps_of_the_project()
OURS = sorted(
    (event for event in events.DECLARED.values() if event.__module__.partition(".")[0] in FOLDERS),
    key=wiring.title,
)

DECLARATION = """
from kernel import outbox

@outbox.event("book.lent")
class BookLent(outbox.Event):
    book_id: str = outbox.key()
"""
EMITTER = """
from kernel import outbox
from library.events import BookLent

def lend(book_id):
    outbox.emit(BookLent(book_id=book_id))
"""
HANDLERS = """
from kernel import outbox
from library.events import BookLent

LENT = []

@outbox.subscribe(BookLent, "library.note_loan")
def note_loan(event):
    LENT.append(event.book_id)
"""


@pytest.fixture
def library(tmp_path, monkeypatch):
    """library(events=..., loans=..., handlers=...) writes an app and loads it; what is "" is left out."""
    monkeypatch.setattr(events, "DECLARED", {})
    monkeypatch.setattr(subscriptions, "BY_NAME", {})
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "library"
    folder.mkdir()

    def load(**sources):
        for name, source in sources.items():
            (folder / f"{name}.py").write_text(source)
        for name in sources:
            __import__(f"library.{name}")
        return wiring.problems({"library": folder})

    yield load
    for name in [name for name in sys.modules if name.partition(".")[0] == "library"]:
        del sys.modules[name]


def test_every_event_of_the_service_is_emitted_and_heard():
    assert checks.every_event_is_emitted_and_heard() == []


def test_three_files_make_a_new_event(library):
    assert library(events=DECLARATION, loans=EMITTER, handlers=HANDLERS) == []

    sys.modules["library.loans"].lend("b")
    deliveries.deliver(db.collection(outbox.COLLECTION).find_one({})["_id"])

    assert sys.modules["library.handlers"].LENT == ["b"]


@pytest.mark.parametrize("event", OURS, ids=[event.declared.name for event in OURS])
def test_only_its_declaration_its_emitters_and_its_handlers_name_an_event(event):
    home = FOLDERS[event.__module__.partition(".")[0]] / "events.py"
    emitters = wiring.emitters(FOLDERS).get(wiring.title(event), set())
    handlers = {
        Path(inspect.getfile(subscription.handle))
        for subscription in subscriptions.BY_NAME.values()
        if subscription.event is event
    } | {Path(inspect.getfile(derivation)) for derivation in derived.derivations_of(event)}

    assert {path.name for path in handlers} == {"handlers.py"}
    named_in = {path for path in SOURCES if _imports(path, event)}
    assert named_in | {home} == {home} | emitters | handlers


SOURCES = {path: path.read_text() for folder in FOLDERS.values() for path in folder.rglob("*.py")}


def _imports(path, event):
    """A file that withdraws an event, or asks whose work it is, names it without making or hearing it."""
    source = re.sub(rf"outbox\.(withdraw|is_ours)\({event.__name__}\b", "", SOURCES[path])
    named = re.findall(rf"\b{event.__name__}\b", source)  # the first time by the import
    return f"from {event.__module__} import" in source and len(named) > 1


def test_an_event_that_nothing_emits_stops_the_start(library):
    (problem,) = library(events=DECLARATION, handlers=HANDLERS)

    assert problem.startswith("nothing emits book.lent")


def test_an_emitter_in_a_comment_or_an_unused_import_emits_nothing(library):
    comment = "from library.events import BookLent  # outbox.emit(BookLent(book_id=b))"

    assert library(events=DECLARATION, loans=comment, handlers=HANDLERS)


def test_an_event_that_no_handler_hears_stops_the_start(library):
    (problem,) = library(events=DECLARATION, loans=EMITTER)

    assert problem.startswith("no handler hears book.lent")


def test_an_event_may_say_why_nothing_emits_or_hears_it(library):
    arguments = 'book.lent", unheard="for reports", unemitted="the desk comes later"'
    declaration = DECLARATION.replace('book.lent"', arguments)

    assert library(events=declaration) == []


def test_what_an_event_says_has_to_be_true(library):
    arguments = 'book.lent", unheard="for reports", unemitted="the desk comes later"'
    declaration = DECLARATION.replace('book.lent"', arguments)

    assert library(events=declaration, loans=EMITTER, handlers=HANDLERS) == [
        "book.lent is heard: take `unheard` away",
        "book.lent is emitted: take `unemitted` away",
    ]


def test_an_event_is_declared_in_the_events_of_an_app(library):
    problems = library(
        events="",
        loans=DECLARATION + EMITTER.partition("BookLent")[2],
        handlers=HANDLERS.replace("library.events", "library.loans"),
    )

    assert problems[0].startswith("book.lent is declared in library.loans")


def test_a_handler_of_an_event_that_no_app_declares_stops_the_start(library):
    class Undeclared(outbox.Event):
        pass

    outbox.subscribe(Undeclared, "library.hear")(lambda event: None)

    assert library() == ["handler library.hear hears an event that no app declares"]
