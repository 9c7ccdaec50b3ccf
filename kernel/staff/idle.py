"""Idle logout: fifteen minutes after the last action of a person, whatever their pages do by themselves.

The session's own age is renewed by every request, including the polling of a page with a sync run left open
on a screen. So the session stores the time of the last request that a person made.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponseBase

SEEN = "seen"
POLL_HEADER = "X-Requested-With"
POLL = "fetch"


class IdleLogoff:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        last_seen = request.session.get(SEEN)
        if last_seen is not None and time.time() - last_seen > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif SESSION_KEY in request.session and request.headers.get(POLL_HEADER) != POLL:
            request.session[SEEN] = time.time()
        return self.get_response(request)
