"""The export of a clinic's list of patients: at once, or by a worker (rules PATIENT-166 to PATIENT-176 and PATIENT-196
to PATIENT-204)."""

from tempfile import TemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.response import Response

from kernel import tables
from kernel.api import schema as s
from kernel.api.downloads import download
from kernel.api.operations import Call, File, operation
from kernel.api.viewsets import ApiViewSet, empty
from kernel.db import Document
from kernel.errors import ConstraintViolation
from kernel.jobs.files import TYPES, XLSX
from patients.api.schemas.kept_exports import KEPT_EXPORT
from patients.api.schemas.patient_parameters import EXPORT_PARAMETERS
from patients.representation import exported_patients
from patients.representation.kept_exports import export as shown
from patients.services import kept_exports, list_exports
from patients.services.list_exports import Export

CSV_TYPE = "text/csv"
LIST_FILE = File((CSV_TYPE, TYPES[XLSX]))
_EXPORT = {"exportId": s.object_id(description="Id of the export.")}


class PatientListExportViewSet(ApiViewSet):
    @operation(
        "ExportPatientList",
        summary="Export the list of patients as a file",
        description="All patients who fit the filters, but for the demo patient, by name unless `sort` says "
        "otherwise, as they are at one moment. CSV in UTF-8 with line feeds, quotes only where they are needed: seven "
        "titles, a line about the report whose last cell is the number of patients, 37 titles, and a line for each "
        "patient. Average glucose is in mg/dL, the standard deviation in the clinic's units, times are UTC but for "
        "that of the report. A name, tag, site, MRN or e-mail address that a spreadsheet would run as a formula "
        "begins with `'`. For admins of clinics of the tiers `tier0200`, `tier0300` and `tier0400`. 403 has one text "
        "for members who are no admins and for clinics of another tier; the `tier` that GetClinic shows tells which "
        "it was. A failure is answered as such, or breaks off the connection: a file that ends as usual is complete. "
        "422 for more than 200,000 patients, or 5,000 in a workbook: StartPatientListExport makes larger ones.",
        query=EXPORT_PARAMETERS,
        is_heavy=True,
        raises=(ConstraintViolation,),
        responses={200: LIST_FILE},
    )
    def export(self, call: Call) -> HttpResponseBase:
        export = list_exports.open_export(
            clinic_id=call.path["clinicId"],
            asked=list_exports.asked_of(call.query),
            user_id=call.principal.user_id,
        )
        try:
            if export.asked.format == XLSX:
                list_exports.check_size(
                    export.count, list_exports.MOST_AT_ONCE, list_exports.TOO_MANY_AT_ONCE
                )
            list_exports.record_export(export, user_id=call.principal.user_id)
        except BaseException:
            export.close()
            raise
        return _as_workbook(export) if export.asked.format == XLSX else _as_csv(export)

    @operation(
        "StartPatientListExport",
        summary="Have the list of patients exported as a file",
        description="As ExportPatientList, with the same parameters and for the same callers, but a worker makes the "
        "file, and it can be fetched until it expires, a day after it was made: for lists that take longer than a "
        "request, and workbooks of more than 5,000 patients. Ask GetPatientListExport every few seconds how far it "
        "is. Who is in the file is decided when the worker begins, and each patient is shown as they are when the "
        "worker reads them. A member has three exports of a clinic: the next takes the place of the oldest. 422 for "
        "more than 200,000 patients, or 50,000 in a workbook.",
        query=EXPORT_PARAMETERS,
        raises=(ConstraintViolation,),
        responses={202: KEPT_EXPORT},
    )
    def start(self, call: Call) -> Response:
        job = kept_exports.begin(
            clinic_id=call.path["clinicId"], query=call.query, user_id=call.principal.user_id
        )
        return Response(shown(job), status=202)


class KeptExportViewSet(ApiViewSet):
    """404 for an export of another member."""

    @operation(
        "GetPatientListExport",
        summary="Tell how far an export of the list is",
        description="For the member who asked for it, while they may export. When it is `ready` there is a `link` to "
        "the file, which is one of this service and needs the same token. Exports are known for thirty days.",
        path=_EXPORT,
        responses={200: KEPT_EXPORT},
    )
    def retrieve(self, call: Call) -> Response:
        return Response(shown(_own(call)))

    @operation(
        "DeletePatientListExport",
        summary="Remove an export of the list",
        description="One that is being made is stopped, and a file is removed.",
        path=_EXPORT,
        responses={204: None},
    )
    def destroy(self, call: Call) -> Response:
        kept_exports.remove(_own(call))
        return empty(204)

    @operation(
        "FetchPatientListExport",
        summary="Fetch the file of an export of the list",
        description="As ExportPatientList answers it, as often as it is asked for, by the member who has started the "
        "export. 409 while it is being made, or when it failed; 404 when it has expired. A file that ends as usual is "
        "complete.",
        path=_EXPORT,
        responses={200: LIST_FILE},
    )
    def fetch(self, call: Call) -> HttpResponseBase:
        job = _own(call)
        pieces = kept_exports.fetch(job, user_id=call.principal.user_id)
        chosen = job["options"]["format"]
        response = StreamingHttpResponse(
            pieces, content_type=TYPES[chosen] if chosen == XLSX else CSV_TYPE
        )
        name = f"{job['options']['name']}.{chosen}"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        response.headers["Content-Length"] = str(job["file"]["size"])
        return response


def _own(call: Call) -> Document:
    return kept_exports.find_own(
        clinic_id=call.path["clinicId"],
        export_id=call.path["exportId"],
        user_id=call.principal.user_id,
    )


def _name(export: Export) -> str:
    return f"{list_exports.name_of(export.report.time)}.{export.asked.format}"


def _as_csv(export: Export) -> HttpResponseBase:
    return download(
        tables.bare_lines(exported_patients.lines(export, tables.cell)),
        name=_name(export),
        content_type=CSV_TYPE,
        close=export.close,
    )


def _as_workbook(export: Export) -> HttpResponseBase:
    """Whole before the first byte is sent. It lives in the temporary directory until then."""
    file = TemporaryFile()  # noqa: SIM115 (the response closes it)
    try:
        lines = exported_patients.lines(export, tables.plain)
        tables.write_workbook(file, next(lines), lines)
    finally:
        export.close()
    file.seek(0)
    response = FileResponse(file, content_type=TYPES[XLSX])
    response.headers["Content-Disposition"] = f"attachment; filename={_name(export)}"
    return response
