"""The program in which a patient is enrolled, for a clinician's list (rules EHR-154 to EHR-157)."""

from dataclasses import dataclass
from datetime import datetime

from ehr import summaries
from ehr.reading import Json, Part, Unreadable
from kernel import safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from kernel.errors import BadRequest, NotFound
from xealth.services import matching, report_views, subscriptions
from xealth.services.matching import Purpose
from xealth.services.report_views import Clinician
from xealth.services.subjects import REQUEST, Subject, read_subject
from xealth.store import programs as store

# What is read of the patient's record.
FIELDS = {
    "userId": 1,
    "permissions": 1,
    "dataSources": 1,
    "ehrSubscriptions.xealthReports": 1,
    **{f"summary.{kind}.dates": 1 for kind in (summaries.CGM, summaries.BGM)},
}


@dataclass(frozen=True, slots=True)
class Program:
    """Times are None where there is none."""

    patient: Document
    program_id: str
    enrolled: datetime
    has_upload: bool
    updated: datetime | None  # the statistics, not the upload: see `has_news`
    viewed: datetime | None  # by the clinician who asks

    @property
    def has_news(self) -> bool:
        """Goes by the time at which the statistics were made: who views between an upload and that, has not seen
        it."""
        return self.updated is not None and (self.viewed is None or self.updated > self.viewed)


def find_program(body: Json) -> Program | None:
    """None for someone who is unknown here, or not subscribed. Raises BadRequest, Duplicate and ConstraintViolation in
    the words of matching, and NotFound for an order that is gone."""
    try:
        request = Part(REQUEST, body)
        subject = read_subject(request, deployment=request.text("deployment"))
        return _find_program(subject, report_views.read_clinician(request))
    except Unreadable as error:
        raise BadRequest(error.reason) from None


def _find_program(subject: Subject, clinician: Clinician) -> Program | None:
    clinic = matching.find_clinic(subject.deployment, Purpose.PROGRAMS)
    if clinic is None:
        return None
    patient = matching.match(clinic, subject, Purpose.PROGRAMS, FIELDS).patient
    if patient is None or not subscriptions.is_active(patient):
        return None
    order_id = subscriptions.current_order(patient)
    if order_id is None:
        return None
    order = store.find_program(order_id, report_views.key(clinician, clinic, patient))
    if order is None:
        raise NotFound
    views = safe_reading.objects(order.get("views"))
    return Program(
        patient=patient,
        program_id=safe_reading.text(order.get("programId")) or "",
        # An order is stored when it comes, with an id that holds the time.
        enrolled=safe_reading.moment(order.get("time")) or order_id.generation_time,
        has_upload=_latest(patient, "lastUploadDate") is not None,
        updated=_latest(patient, "lastUpdatedDate"),
        viewed=safe_reading.moment(views[0].get("createdTime")) if views else None,
    )


def _latest(patient: Document, name: str) -> datetime | None:
    """The later date of this name of both kinds of statistics."""
    summary = patient.get("summary")
    kinds = (summaries.CGM, summaries.BGM)
    moment = max(summaries.read_date(summary, kind, name)[0] for kind in kinds)
    return moment if moment > ZERO else None
