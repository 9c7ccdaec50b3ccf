"""GenerateMergeReport: what a merge would do, as a workbook or as JSON (rules MERGE-31 and MERGE-32)."""

from tempfile import TemporaryFile

from django.http import FileResponse

from kernel.api.operations import Call, File, operation
from kernel.api.viewsets import ApiViewSet
from merges.api.schemas.reports import REPORT_REQUEST, REPORT_SOURCE
from merges.plan.model import MergePlan
from merges.representation.plan import pieces
from merges.services import reports
from merges.services.planning import read_plan

_JSON = "application/json"
_WORKBOOK = "application/vnd.ms-excel"


class MergeReportViewSet(ApiViewSet):
    @operation(
        "GenerateMergeReport",
        summary="Report on the merge of another clinic into this one",
        description=(
            "A workbook with what the merge would do, and what prevents it. The plan itself as JSON for a caller that "
            "accepts exactly `application/json`."
        ),
        body=REPORT_REQUEST,
        described_body=REPORT_SOURCE,
        is_heavy=True,
        responses={200: File((_WORKBOOK,))},
    )
    def generate(self, call: Call) -> FileResponse:
        reports.require_whole(call.body.get("sourceId", ""), call.path["clinicId"])
        plan = read_plan(source_id=call.body.get("sourceId", ""), target_id=call.path["clinicId"])
        return _as_json(plan) if call.request.headers.get("Accept") == _JSON else _as_workbook(plan)


def _as_json(plan: MergePlan) -> FileResponse:
    file = TemporaryFile()  # noqa: SIM115 (the response closes it)
    file.writelines(pieces(plan))
    file.seek(0)
    return FileResponse(file, content_type=_JSON)


def _as_workbook(plan: MergePlan) -> FileResponse:
    """The file lives in the temporary directory until it is sent, so that it is not in memory."""
    file = TemporaryFile()  # noqa: SIM115 (the response closes it)
    reports.write_workbook(plan, file)
    file.seek(0)
    response = FileResponse(file, content_type=_WORKBOOK)
    response.headers["Content-Disposition"] = f"attachment; filename={reports.file_name(plan)}"
    return response
