"""XealthPreorder (rules EHR-146 to EHR-153)."""

from rest_framework.response import Response

from kernel.api.operations import Call, Lenient, operation
from kernel.errors import ConstraintViolation
from xealth.api.base import BODY_LIMIT, REFUSALS, TAGS, XealthWebhookViewSet, read_json
from xealth.api.schemas import preorders as schemas
from xealth.representation import preorders as representation
from xealth.services import preorders


class PreorderViewSet(XealthWebhookViewSet):
    @operation(
        "XealthPreorder",
        tags=TAGS,
        summary="Ask for the form of a pre-order, or send it back",
        description="The body is a PreorderFormRequest of Xealth's API 2.0. Needs the bearer token of Xealth.",
        body_limit=BODY_LIMIT,
        lenient=Lenient(read_body=read_json),
        raises=(
            *REFUSALS,
            ConstraintViolation,
        ),
        responses={200: schemas.PREORDER},
    )
    def answer(self, call: Call) -> Response:
        return Response(representation.preorder(preorders.answer(call.body)))
