"""The export of a clinic's list of patients (rules PATIENT-166 to PATIENT-176)."""

from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse
from django.http.response import HttpResponseBase

from kernel import tables
from kernel.api.downloads import download
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet
from kernel.errors import ConstraintViolation
from kernel.jobs.files import CSV, TYPES, XLSX
from patients.api.schemas.patient_parameters import EXPORT_PARAMETERS
from patients.representation import exported_patients
from patients.services import list_exports, patient_lists
from patients.services.list_exports import Asked, Export

# What does not narrow the list.
_OF_THE_FILE = frozenset({"period", "format", "sort", "sortType", "search"})


class PatientListExportViewSet(ApiViewSet):
    @operation(
        "ExportPatientList",
        summary="Export the list of patients as a file",
        description="All patients who fit the filters, but for the demo patient, by name unless `sort` says otherwise, "
        "as they are at one moment. CSV in UTF-8 with line feeds, quotes only where they are needed: seven titles, a "
        "line about the report whose last cell is the number of patients, 37 titles, and a line for each patient. "
        "Average glucose is in mg/dL, the standard deviation in the clinic's units, times are UTC but for that of the "
        "report. A name, tag, site, MRN or e-mail address that a spreadsheet would run as a formula begins with `'`. "
        "For admins of clinics of the tiers `tier0200`, `tier0300` and `tier0400`. A failure is answered as such, or "
        "breaks off the connection: a file that ends as usual is complete. 422 for more than 200,000 patients, or "
        "5,000 in a workbook.",
        query=EXPORT_PARAMETERS,
        is_heavy=True,
        raises=(ConstraintViolation,),
        responses={200: None},
    )
    def export(self, call: Call) -> HttpResponseBase:
        export = list_exports.open_export(
            clinic_id=call.path["clinicId"],
            asked=asked_of(call.query),
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


def asked_of(query: Mapping[str, Any]) -> Asked:
    return Asked(
        period=query["period"],
        format=query.get("format", CSV),
        patient_filter=patient_lists.read_filter(query),
        ordering=patient_lists.read_ordering(query),
        names=sorted(query.keys() - _OF_THE_FILE),
    )


def _name(export: Export) -> str:
    return f"patients-{int(export.time.timestamp())}.{export.asked.format}"


def _as_csv(export: Export) -> HttpResponseBase:
    return download(
        tables.bare_lines(exported_patients.lines(export, tables.cell)),
        name=_name(export),
        content_type="text/csv",
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
