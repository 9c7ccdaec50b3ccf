"""The report, drawn here or by the report service over HTTP (rules EHR-78 to EHR-80)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2
from django.conf import settings

from ehr import units
from ehr.choices import Failure
from ehr.report import goals
from ehr.report.subjects import Subject
from kernel import clock, http, safe_reading
from kernel.db import Document
from kernel.errors import RetryLater
from users.services.neighbours import user_service

SERVICE = "report service"
TIMEOUT = httpx2.Timeout(60.0)


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Whose report, for which clinic, over which period."""

    clinic: Document
    patient: Document
    start: datetime
    end: datetime


def draw_report(request: ReportRequest) -> bytes:
    """The PDF. Raises RetryLater when the service cannot deliver it."""
    if settings.EXPORT_ADDRESS:
        return _ask_service(request)
    from ehr.report import pdf  # an eighth of the time that a process takes to start

    return pdf.draw(_subject(request), request.patient.get("summary"), drawn=clock.now())


def _subject(request: ReportRequest) -> Subject:
    clinic, patient = request.clinic, request.patient
    return Subject(
        full_name=_text(patient, "fullName"),
        birth_date=_text(patient, "birthDate"),
        mrn=_text(patient, "mrn"),
        clinic_name=_text(clinic, "name"),
        units=_units(clinic) or units.MG_DL,
        timezone=_text(clinic, "timezone") or "UTC",
        country=_text(clinic, "country") or "US",
        goals=goals.for_ranges(patient.get("glycemicRanges")),
    )


def _text(record: Document, name: str) -> str:
    """A value that is not text is left out: the report is readable without it."""
    return safe_reading.text(record.get(name)) or ""


def _units(clinic: Document) -> str:
    """The same choice as in the flowsheet; "" where the clinic has no preference."""
    preferred = _text(clinic, "PreferredBgUnits")
    return preferred and units.of_preference(preferred)


def _ask_service(request: ReportRequest) -> bytes:
    url = f"{settings.EXPORT_ADDRESS.rstrip('/')}/export/report/{http.segment(request.patient['userId'])}"
    try:
        headers = {"x-tidepool-session-token": user_service().server_token()}
        response = http.request(
            SERVICE, "POST", url, json=_request_body(request), headers=headers, timeout=TIMEOUT
        )
    except http.ServiceUnavailable:
        raise RetryLater(Failure.REPORT_UNREACHABLE) from None
    if not 200 <= response.status_code < 300:
        msg = f"report_{response.status_code}"
        raise RetryLater(msg)
    return response.content


def _request_body(request: ReportRequest) -> dict[str, Any]:
    clinic, patient = request.clinic, request.patient
    user = {
        "userId": patient["userId"],
        "fullName": patient.get("fullName") or "",
        "dob": patient.get("birthDate") or "",
    }
    if patient.get("mrn"):
        user["mrn"] = patient["mrn"]
    report: dict[str, Any] = {
        "reports": ["all"],
        "startDate": clock.format_seconds(request.start),
        "endDate": clock.format_seconds(request.end),
    }
    if _text(clinic, "timezone"):
        report["tzName"] = _text(clinic, "timezone")
    if _units(clinic):
        report["bgUnits"] = _units(clinic)
    return {"userDetail": user, "reportDetail": report}
