"""Middleware in front of every staff page: ends a session that does not, or no longer, satisfy its account's
demands."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponseBase

from kernel.staff.sign_in import steps


class Gate:
    """After a reset, a new factor or a stricter rule the account's sessions end at their next request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_signed_in = SESSION_KEY in request.session and request.user.is_authenticated
        if is_signed_in and not steps.is_enough(request, request.user):
            logout(request)
        return self.get_response(request)
