"""The report service: drawn here, or asked over HTTP (behaviour note ehr, 9.10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from clinics_site.core import clock, http
from clinics_site.core.db import Document
from clinics_site.core.errors import RetryLater
from redox.messages.common import seconds
from redox.report import pdf
from redox.report.content import Subject
from users.services.neighbours import user_service

SERVICE = "report service"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose report, for which clinic, over which period."""

    clinic: Document
    patient: Document
    start: datetime
    end: datetime


def draw_report(wanted: Wanted) -> bytes:
    """The PDF. Raises RetryLater when the service can not deliver it."""
    if settings.EXPORT_ADDRESS:
        return _ask_service(wanted)
    return pdf.draw(_subject(wanted), wanted.patient.get("summary"), drawn=clock.now())


def _subject(wanted: Wanted) -> Subject:
    clinic, patient = wanted.clinic, wanted.patient
    return Subject(
        full_name=patient.get("fullName") or "",
        birth_date=patient.get("birthDate") or "",
        mrn=patient.get("mrn") or "",
        clinic_name=clinic.get("name") or "",
        units=clinic.get("PreferredBgUnits") or "mg/dL",
        timezone=clinic.get("timezone") or "UTC",
        is_us=(clinic.get("country") or "US") == "US",
    )


def _ask_service(wanted: Wanted) -> bytes:
    url = f"{settings.EXPORT_ADDRESS}/export/report/{wanted.patient['userId']}"
    try:
        headers = {"x-tidepool-session-token": user_service().server_token()}
        response = http.request(
            SERVICE, "POST", url, json=_question(wanted), headers=headers, timeout=60.0
        )
    except http.ServiceUnavailable:
        reason = "report_unreachable"
        raise RetryLater(reason) from None
    if not 200 <= response.status_code < 300:
        msg = f"report_{response.status_code}"
        raise RetryLater(msg)
    return response.content


def _question(wanted: Wanted) -> dict[str, Any]:
    clinic, patient = wanted.clinic, wanted.patient
    who = {
        "userId": patient["userId"],
        "fullName": patient.get("fullName") or "",
        "dob": patient.get("birthDate") or "",
    }
    if patient.get("mrn"):
        who["mrn"] = patient["mrn"]
    what: dict[str, Any] = {
        "reports": ["all"],
        "startDate": seconds(wanted.start),
        "endDate": seconds(wanted.end),
    }
    if clinic.get("timezone"):
        what["tzName"] = clinic["timezone"]
    if clinic.get("PreferredBgUnits"):
        what["bgUnits"] = clinic["PreferredBgUnits"]
    return {"userDetail": who, "reportDetail": what}
