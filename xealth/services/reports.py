"""Showing a patient's report to anyone who has its token (rules EHR-203 to EHR-210)."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings

from clinic_records.choices import EhrProvider
from clinic_records.services import access
from ehr import summaries, units
from ehr.clients.reports import ReportRequest, draw_report
from kernel import accesses, clock, safe_reading
from kernel.choices import AccessKind
from kernel.db import Document
from kernel.errors import ConstraintViolation, NotFound, Unauthorized
from patients.services import patients
from xealth.services import report_tokens, subscriptions
from xealth.services.report_tokens import ReportPlace

NOT_SUBSCRIBED = "patient doesn't have active subscriptions"
NOT_DRAWN_HERE = "the report service has the report"
_NEEDED = {"mrn": "mrn", "birthDate": "date of birth", "fullName": "full name"}


@dataclass(frozen=True, slots=True)
class Report:
    clinic: Document
    patient: Document
    place: ReportPlace

    @property
    def end(self) -> datetime:
        """The last reading; ZERO without any."""
        summary = self.patient.get("summary")
        return max(
            summaries.read_date(summary, kind, "lastData")[0]
            for kind in (summaries.CGM, summaries.BGM)
        )


def access_report(*, clinic_id: str, user_id: str, token_id: str) -> Report:
    """Raises Unauthorized for a wrong token and without a subscription, NotFound, and ConstraintViolation for a record
    without one of the things that name a person in a report."""
    accesses.note_clinic(clinic_id)
    accesses.note_patient(user_id)
    report_tokens.check(token_id, ReportPlace(clinic_id, user_id))
    accesses.note_caller(AccessKind.EHR, EhrProvider.XEALTH)
    clinic = access.access_open_clinic(clinic_id)
    patient = patients.access_patient(clinic_id, user_id)
    if not (_has_ehr(clinic) and subscriptions.is_active(patient)):
        raise Unauthorized(NOT_SUBSCRIBED)
    for field, words in _NEEDED.items():
        if not safe_reading.text(patient.get(field)):
            msg = f"{words} is missing"
            raise ConstraintViolation(msg)
    return Report(clinic, patient, ReportPlace(clinic["_id"], user_id))


def draw(report: Report) -> bytes:
    """The PDF. Raises NotFound where a report service has it: then no one is sent here for it."""
    if settings.EXPORT_ADDRESS:
        raise NotFound(NOT_DRAWN_HERE)
    end = report.end if report.end > clock.ZERO else clock.now()
    start = end - summaries.PERIOD_LENGTH
    return draw_report(ReportRequest(report.clinic, report.patient, start=start, end=end))


def address(report: Report, token_id: str) -> str:
    """Where the viewer loads the PDF from: this service, or the report service as it is reached from outside."""
    if not settings.EXPORT_ADDRESS:
        return f"{report.place.path}?{urlencode({'restricted_token': token_id})}"
    query = {**_details(report), **_period(report), "restricted_token": token_id}
    base = settings.APPLICATION_URL.rstrip("/")
    return f"{base}{report.place.path}?{urlencode(sorted(query.items()))}"


def _details(report: Report) -> dict[str, str]:
    clinic, patient = report.clinic, report.patient
    details = {
        "userId": patient["userId"],
        "fullName": patient["fullName"],
        "dob": patient["birthDate"],
        "mrn": patient["mrn"],
        "inline": "true",
        "reports": "all",
    }
    preferred = safe_reading.text(clinic.get("PreferredBgUnits"))
    timezone = safe_reading.text(clinic.get("timezone"))
    if preferred:
        details["bgUnits"] = units.of_preference(preferred)
    if timezone:
        details["tzName"] = timezone
    return details


def _period(report: Report) -> dict[str, str]:
    end = report.end
    if end == clock.ZERO:
        return {}
    start = end - summaries.PERIOD_LENGTH
    return {"startDate": clock.format_seconds(start), "endDate": clock.format_seconds(end)}


def _has_ehr(clinic: Document) -> bool:
    return safe_reading.mapping(clinic.get("ehrSettings")).get("enabled") is True
