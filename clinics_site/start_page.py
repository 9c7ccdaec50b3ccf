"""The page at `/` for browsers: what this service is, and where to go. Every other caller gets the API's
answer."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kernel.api.negotiation import is_browser
from kernel.api.viewsets import UNKNOWN_PATH


def view(request: HttpRequest) -> HttpResponse:
    if request.method in ("GET", "HEAD") and is_browser(request):
        page = render(
            request,
            "start_page.html",
            {
                "staff_pages": f"{settings.ADMIN_PATH}/",
                "accounts": not settings.SHORELINE_ADDRESS,
                "own_pages": settings.OWN_PAGES,
            },
        )
        page["Vary"] = "Accept"
        return page
    answer: HttpResponse = UNKNOWN_PATH(request)
    return answer
