"""ViewPDFReport, the PDF that it shows, and the files of the viewer (rules EHR-203 to EHR-214)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from rest_framework.viewsets import ViewSet

from kernel.api import parameters
from kernel.api import schema as s
from kernel.api.negotiation import is_browser
from kernel.api.operations import Call, File, Lenient, operation
from kernel.api.parameters import Parameter
from kernel.api.viewsets import UNKNOWN_PATH, ApiViewSet
from kernel.errors import BadRequest, Conflict, ConstraintViolation, NotFound, Unauthorized
from xealth.api.base import TAGS
from xealth.representation import viewer, viewer_files
from xealth.services import reports, webhook

TOKEN = Parameter(
    "restricted_token",
    s.literal(),
    required=True,
    description="The token of the report; it opens this one, for some minutes.",
)
QUERY = (
    Parameter("clinicId", s.literal(), required=True, description="Id of the clinic."),
    Parameter("patientId", s.literal(), required=True, description="User id of the patient."),
    TOKEN,
)
_KEPT = "public, max-age=31536000, immutable"


def read_query(query: QueryDict) -> Mapping[str, Any]:
    """What is missing is named in the words that Xealth knows."""
    for name in (parameter.name for parameter in QUERY):
        if name not in query:
            problem = f"query parameter '{name}' is required"
            raise BadRequest(message=f"Invalid format for parameter {name}: {problem}")
    return parameters.read_query(query, QUERY)


class ReportViewSet(ApiViewSet):
    """The token of the report is the only credential: browsers send no other."""

    authentication_classes = ()
    http_method_not_allowed = ViewSet.http_method_not_allowed

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        response = super().handle_exception(exc)
        if self.request.method == "GET" and is_browser(self.request._request):
            return viewer.refusal(response.data["message"], response.status_code)
        return viewer.guard(response)

    @operation(
        "ViewPDFReport",
        tags=TAGS,
        summary="Show the report of a patient",
        description="A page for browsers, at the address that XealthGetProgramUrl has given.",
        query=QUERY,
        lenient=Lenient(read_query=read_query),
        raises=(
            Unauthorized,
            NotFound,
            Conflict,
            ConstraintViolation,
        ),
        responses={200: File(("text/html",))},
    )
    def show(self, call: Call) -> HttpResponse:
        webhook.check_enabled()
        token_id = call.query["restricted_token"]
        report = reports.access_report(
            clinic_id=call.query["clinicId"], user_id=call.query["patientId"], token_id=token_id
        )
        return viewer.page(reports.address(report, token_id))

    @operation(
        "ViewPDFReportContent",
        tags=TAGS,
        summary="The PDF that ViewPDFReport shows",
        description="Only where this service draws the report. Not part of the contract.",
        query=(TOKEN,),
        is_heavy=True,
        raises=(
            Unauthorized,
            Conflict,
            ConstraintViolation,
        ),
        responses={200: File(("application/pdf",))},
    )
    def content(self, call: Call) -> HttpResponse:
        webhook.check_enabled()
        report = reports.access_report(
            clinic_id=call.path["clinicId"],
            user_id=call.path["patientId"],
            token_id=call.query["restricted_token"],
        )
        return viewer.pdf(reports.draw(report))


def file(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """A file of the viewer. One of another version is not kept: while a new version of this service starts, a page of
    the one may ask the other for its files."""
    if request.method not in ("GET", "HEAD") or name not in viewer_files.names():
        answer: HttpResponse = UNKNOWN_PATH(request)
        return answer
    accepts_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    if viewer_files.is_compressed(name) and accepts_gzip:
        response = HttpResponse(viewer_files.compressed(name))
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(viewer_files.content(name))
    response["Content-Type"] = viewer_files.content_type(name)
    response["Vary"] = "Accept-Encoding"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = _KEPT if version == viewer_files.version() else "no-store"
    return response
