"""The address at which a clinician views a patient's report (rules EHR-158 and EHR-159)."""

from urllib.parse import urlencode

import structlog
from django.conf import settings
from pymongo.errors import PyMongoError

from ehr.reading import Json, Part, Unreadable
from kernel.db import Document
from kernel.errors import BadRequest
from xealth.services import matching, report_tokens, report_views
from xealth.services.matching import Purpose
from xealth.services.report_tokens import ReportPlace
from xealth.services.report_views import Clinician
from xealth.services.subjects import REQUEST, read_subject

VIEWER = "/v1/xealth/report/web/viewer.html"
FIELDS = {"userId": 1}  # what is read of the patient's record

log = structlog.get_logger(__name__)


def make_url(body: Json) -> str:
    """With a token that opens this one report. Raises BadRequest, NotFound, Duplicate and ConstraintViolation in the
    words of matching, and Unavailable."""
    request = Part(REQUEST, body)
    try:
        subject = read_subject(request, deployment=request.text("deployment"))
        clinician, program_id = report_views.read_clinician(request), request.text("programId")
    except Unreadable as error:
        raise BadRequest(error.reason) from None
    clinic = matching.access_clinic(subject.deployment, Purpose.PROGRAM_URL)
    patient = matching.access_patient(clinic, subject, Purpose.PROGRAM_URL, FIELDS)
    token_id = report_tokens.create(ReportPlace(clinic["_id"], patient["userId"]))
    _record_view(clinician, clinic, patient, program_id)
    query = {
        "clinicId": str(clinic["_id"]),
        "patientId": patient["userId"],
        "restricted_token": token_id,
    }
    return f"{settings.APPLICATION_URL.rstrip('/')}{VIEWER}?{urlencode(query)}"


def _record_view(
    clinician: Clinician, clinic: Document, patient: Document, program_id: str
) -> None:
    """An alert that stays is better than a report that is not shown."""
    try:
        report_views.record(clinician, clinic, patient, program_id)
    except PyMongoError as error:
        log.warning("xealth.view_not_recorded", error=type(error).__name__)
