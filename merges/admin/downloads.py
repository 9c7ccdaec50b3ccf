"""The report of a plan as a workbook. It has every patient of both clinics: an export of patients."""

from tempfile import TemporaryFile

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel.errors import BadRequest
from kernel.staff import pages, roles
from merges.services import audit_trail, planning, reports

NEEDS = (roles.DESTROY, roles.PATIENTS, roles.EXPORT)
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.page(
    "merges/plan/<str:source_id>/<str:target_id>/report.xlsx", name="merge_report", needs=NEEDS
)
def report(request: HttpRequest, source_id: str, target_id: str) -> HttpResponseBase:
    """Recorded with the number of patients before the file is sent."""
    try:
        plan = planning.read_plan(source_id=source_id, target_id=target_id)
    except BadRequest as error:
        pages.fail(request, error)
        return pages.go(reverse("admin:merge_choose"))
    audit_trail.record_report(plan, requested_by=pages.signature(request))
    file = TemporaryFile()  # noqa: SIM115 (the response closes it)
    reports.write_workbook(plan, file)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=reports.file_name(plan), content_type=_WORKBOOK
    )
