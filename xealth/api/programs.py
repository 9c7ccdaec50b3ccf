"""XealthGetPrograms and XealthGetProgramUrl (rules EHR-154 to EHR-159)."""

from rest_framework.response import Response

from kernel.api.operations import Call, Lenient, operation
from kernel.errors import ConstraintViolation, UnsupportedMediaType
from xealth.api.base import BODY_LIMIT, REFUSALS, TAGS, XealthWebhookViewSet, read_bound
from xealth.api.schemas import programs as schemas
from xealth.representation import programs as representation
from xealth.services import program_url, programs


class ProgramViewSet(XealthWebhookViewSet):
    @operation(
        "XealthGetPrograms",
        tags=TAGS,
        summary="Get the program in which a patient is enrolled",
        description="The body is a GetProgramsRequest of Xealth's API 2.0. Needs the bearer token of Xealth.",
        body_limit=BODY_LIMIT,
        lenient=Lenient(read_body=read_bound),
        raises=(
            *REFUSALS,
            UnsupportedMediaType,
            ConstraintViolation,
        ),
        responses={200: schemas.PROGRAMS},
    )
    def list_programs(self, call: Call) -> Response:
        return Response(representation.programs(programs.find_program(call.body)))

    @operation(
        "XealthGetProgramUrl",
        tags=TAGS,
        summary="Get the address of a patient's report",
        description="The body is a GetProgramUrlRequest of Xealth's API 2.0. Needs the bearer token of Xealth. The "
        "address holds a token that opens this report for some minutes, and asking for it counts as viewing.",
        body_limit=BODY_LIMIT,
        lenient=Lenient(read_body=read_bound),
        raises=(
            *REFUSALS,
            UnsupportedMediaType,
            ConstraintViolation,
        ),
        responses={200: schemas.PROGRAM_URL},
    )
    def make_url(self, call: Call) -> Response:
        return Response({"url": program_url.make_url(call.body)})
