"""The page that shows a report, and what its browser may do with it (rules EHR-205 and EHR-211 to EHR-214)."""

from csp.constants import NONE, SELF
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from xealth.representation import viewer_files

FILES = "/v1/xealth/report/files"
_NOTHING = {"default-src": [NONE], "base-uri": [NONE], "form-action": [NONE]}
_OF_VIEWER = {
    "script-src": [SELF],
    "worker-src": [SELF],
    "style-src": [SELF],
    "font-src": [SELF],
    "img-src": [SELF, "blob:", "data:"],  # pages are printed as blobs; icons of forms are data
    "connect-src": [SELF],
}


def page(url: str) -> HttpResponse:
    """pdf.js, which loads the report from this address."""
    context = {
        "files": files_address(),
        "report": {"url": url, "files": files_address()},
        "viewer": mark_safe(viewer_files.body()),  # noqa: S308 (of the package, nothing of a request)
    }
    return _shown(HttpResponse(render_to_string("xealth/report.html", context)))


def refusal(reason: str, status: int) -> HttpResponse:
    """For a person in front of a browser; other clients get the JSON."""
    context = {"files": files_address(), "reason": reason}
    html = render_to_string("xealth/report_refused.html", context)
    return _shown(HttpResponse(html, status=status))


def pdf(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="report.pdf"'
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return guard(response, {**_NOTHING, "frame-ancestors": [NONE]})


def guard(response: HttpResponse, policy: dict[str, list[str]] | None = None) -> HttpResponse:
    response["Content-Security-Policy"] = build_policy(config=policy or _NOTHING)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def files_address() -> str:
    return f"{FILES}/{viewer_files.version()}"


def _shown(response: HttpResponse) -> HttpResponse:
    ancestors = settings.XEALTH["frame_ancestors"] or [NONE]
    return guard(response, {**_NOTHING, **_OF_VIEWER, "frame-ancestors": ancestors})
