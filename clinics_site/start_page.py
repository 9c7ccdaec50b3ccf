"""The page at `/` for browsers: what this service is, and where to go. Every other caller gets the API's
answer."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kernel.api.viewsets import UNKNOWN_PATH


def view(request: HttpRequest) -> HttpResponse:
    if request.method in ("GET", "HEAD") and _is_browser(request):
        page = render(request, "start_page.html", {"staff_pages": f"{settings.ADMIN_PATH}/"})
        page["Vary"] = "Accept"
        return page
    answer: HttpResponse = UNKNOWN_PATH(request)
    return answer


def _is_browser(request: HttpRequest) -> bool:
    """A client that accepts any type, or sends a session token, is not a browser."""
    has_token = "x-tidepool-session-token" in request.headers
    return "text/html" in request.headers.get("Accept", "") and not has_token
