"""No objects of a request remain after it has been answered."""

import asyncio
import gc
import io
import json
from contextlib import contextmanager

from django.http import HttpResponse

from clinics_site.web import bridge, limits
from clinics_site.web.application import Application
from clinics_site.web.bridge import Answer
from clinics_site.web.requests import Gone
from clinics_site.wsgi import application
from tests.cast import CLINIC
from tests.web.test_bridge import incoming, scope


def django(environ, start_response):
    start_response("200 OK", [])
    return HttpResponse(b"x" * 1000)


async def serve(count):
    application = Application(django, watch=None)
    sent = []

    async def send(message):
        sent.append(message["type"])

    for _ in range(count):
        await application(scope(), None, send)
    return len(sent)


@contextmanager
def no_garbage_collected():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def alive(*names):
    return [thing for thing in gc.get_objects() if type(thing).__name__ in names]


def test_answers_are_freed_without_garbage_collection():
    """Garbage collection is rare, and a hundred lists of ten megabytes each must not wait for it."""
    with no_garbage_collected():
        assert asyncio.run(serve(20)) == 40
        assert len(alive(Answer.__name__)) <= 4  # a thread may still refer to its last one


def test_a_request_and_its_body_are_freed_without_garbage_collection(ada):
    """In each case: successful, refused for its token, refused for its body."""
    body = json.dumps(CLINIC).encode()
    token = (b"x-tidepool-session-token", ada.token.encode())
    cases = [([token], body), ([], body), ([token], b"{}")]
    with no_garbage_collected():
        before = len(alive("Response", "Request"))
        for headers, content in cases:
            kind = (b"content-type", b"application/json")
            request = incoming("POST", "/v1/clinics", headers=[kind, *headers])
            environ = request._for_django(io.BytesIO(content), len(content))
            bridge.answer(application, environ)
            assert "wsgi.input" not in environ
        assert len(alive("Response", "Request")) == before


def test_views_of_other_libraries_answer_through_the_bridge():
    for path in ("/schema", "/docs", "/metrics", "/no"):
        request = incoming("GET", path)
        assert bridge.answer(application, request.with_body()).status in (200, 400), path


def test_a_request_whose_body_never_arrives_is_freed_without_garbage_collection():
    async def disconnect():
        await asyncio.sleep(limits.SMALL_BODY_SECONDS * 1.5)
        return {"type": "http.disconnect"}

    async def ask():
        received = Application(application, watch=None)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await received(scope("POST", "/v1/redox", headers=headers), disconnect, None)

    names = ("Request", "Incoming", "BodyNeeded", "Job")
    with no_garbage_collected():
        before = len(alive(*names))
        asyncio.run(ask())
        assert len(alive(*names)) == before


class Turns:
    """A scheduler that records the clinic of each request and drops the request."""

    def __init__(self):
        self.received = []

    def submit(self, job):
        self.received.append(job.clinic)
        job.done.set_exception(Gone())


def test_a_heavy_request_stays_heavy_when_its_body_never_arrives():
    turns = Turns()

    async def ask(*headers):
        received = Application(django, watch=None)
        received._scheduler = turns
        request_scope = scope(path="/v1/clinics", query=b"limit=1000", headers=headers)
        await received(request_scope, lambda: asyncio.sleep(60), None)

    asyncio.run(ask())
    asyncio.run(ask((b"content-length", b"10")))
    assert turns.received == ["ListClinics", "ListClinics"]
