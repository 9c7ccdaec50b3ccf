"""What is left of a request when it has been answered."""

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
    application = Application(django, readiness=None)
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
    return [found for found in gc.get_objects() if type(found).__name__ in names]


def test_answers_are_let_go_before_garbage_is_collected():
    """That is seldom, and a hundred lists of ten megabytes each do not wait for it."""
    with no_garbage_collected():
        assert asyncio.run(serve(20)) == 40
        assert len(alive(Answer.__name__)) <= 4  # a thread may still name its last one


def test_nothing_is_left_of_a_request_and_its_body(ada):
    """However it ended: here well, refused for its token, and refused for its body."""
    body = json.dumps(CLINIC).encode()
    token = (b"x-tidepool-session-token", ada.token.encode())
    tries = [([token], body), ([], body), ([token], b"{}")]
    with no_garbage_collected():
        before = len(alive("Response", "Request"))
        for headers, content in tries:
            kind = (b"content-type", b"application/json")
            request = incoming("POST", "/v1/clinics", headers=[kind, *headers])
            environ = request._for_django(io.BytesIO(content), len(content))
            bridge.answer(application, environ)
            assert "wsgi.input" not in environ
        assert len(alive("Response", "Request")) == before


def test_views_that_are_not_ours_answer_too():
    for path in ("/schema", "/docs", "/metrics", "/no"):
        request = incoming("GET", path)
        assert bridge.answer(application, request.with_body()).status in (200, 400), path


def test_nothing_is_left_of_a_request_whose_body_never_comes():
    async def disconnect():
        await asyncio.sleep(limits.SMALL_BODY_SECONDS * 1.5)
        return {"type": "http.disconnect"}

    async def ask():
        asked = Application(application, readiness=None)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await asked(scope("POST", "/v1/redox", headers=headers), disconnect, None)

    names = ("Request", "Incoming", "BodyNeeded", "Job")
    with no_garbage_collected():
        before = len(alive(*names))
        asyncio.run(ask())
        assert len(alive(*names)) == before


class Turns:
    """A scheduler that notes what each request is about, and lets it go at once."""

    def __init__(self):
        self.asked = []

    def submit(self, job):
        self.asked.append(job.clinic)
        job.done.set_exception(Gone())


def test_a_heavy_request_is_heavy_also_when_it_announces_a_body_that_never_comes():
    turns = Turns()

    async def ask(*headers):
        asked = Application(django, readiness=None)
        asked._scheduler = turns
        given = scope(path="/v1/clinics", query=b"limit=1000", headers=headers)
        await asked(given, lambda: asyncio.sleep(60), None)

    asyncio.run(ask())
    asyncio.run(ask((b"content-length", b"10")))
    assert turns.asked == ["ListClinics", "ListClinics"]
