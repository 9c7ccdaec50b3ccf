"""The TIDE report."""

from bson import ObjectId
from rest_framework.response import Response

from kernel import accesses
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet
from patients.api.schemas.tide import TIDE_PARAMETERS, TIDE_RESPONSE
from patients.representation.tide import report
from patients.services.tide import DEFAULT_CATEGORIES, Group, TideQuestion, tide_report


class TideViewSet(ApiViewSet):
    @operation(
        "TideReport",
        summary="Patients who need attention, by category",
        description="Patients with CGM data since the cutoff, each in the first category that fits, most urgent "
        "first, 100 at most. Beside them, 50 at most without recent data. It is about the whole clinic, unless tags or "
        "sites are named.",
        query=TIDE_PARAMETERS,
        is_heavy=True,
        always_found=True,
        responses={200: TIDE_RESPONSE},
    )
    def retrieve(self, call: Call) -> Response:
        query = call.query
        question = TideQuestion(
            group=Group(
                ObjectId(call.path["clinicId"]),
                tags=[ObjectId(tag) for tag in query["tags"]],
                sites=[ObjectId(site) for site in query["sites"]],
            ),
            period=query["period"],
            cutoff=query["lastDataCutoff"],
            categories=query.get("categories", DEFAULT_CATEGORIES),
            with_no_data=not query.get("excludeNoData", False),
        )
        results = tide_report(question)
        accesses.note_shown(sum(map(len, results.values())))
        shown = report(
            clinic_id=call.path["clinicId"],
            period=question.period,
            cutoff=str(call.request.query_params["lastDataCutoff"]),
            tags=query["tags"],
            sites=query["sites"],
            results=results,
        )
        return Response(shown)
