"""What is left of a request when it has been answered."""

import asyncio
import gc

from django.http import HttpResponse

from clinics_site.web.application import Application
from clinics_site.web.bridge import Answer
from tests.web.test_bridge import scope


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


def test_answers_are_let_go_before_garbage_is_collected():
    """That is seldom, and a hundred lists of ten megabytes each do not wait for it."""
    gc.collect()
    gc.disable()
    try:
        assert asyncio.run(serve(20)) == 40
        left = [found for found in gc.get_objects() if type(found) is Answer]
    finally:
        gc.enable()
    assert len(left) <= 4  # a thread may still name its last one
