"""Enrolment of a clinic's patients at Xealth, by operators (rules EHR-124 to EHR-130)."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinic_records.choices import EhrProvider
from clinics.choices import Procedure
from kernel import audit
from kernel.choices import ActorKind
from kernel.db import Document
from kernel.errors import BadRequest
from kernel.http import ServiceUnavailable
from patients.services import ehr_patients
from patients.services.ehr_patients import Wanted
from xealth import configuration
from xealth.clients.xealth import Json
from xealth.services.neighbours import xealth

TOOL = "manage.py ehr"
ENROLLED, NO_ANSWER = "Enrolled", "No answer"
KEPT = "Kept by the embedded Xealth, not sent"
NOTHING_SENT = "No Xealth is configured: a stand-in keeps the orders, and nothing is sent"
# Where an MRN can come from, as Xealth names it.
ORIGINS = ("cerner", "epic", "initiate", "xealth")
NOT_CONFIGURED = (
    "Xealth is not configured: TIDEPOOL_XEALTH_ENABLED, TIDEPOOL_XEALTH_CLIENT_ID "
    "and TIDEPOOL_XEALTH_CLIENT_SECRET are needed"
)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the orders of one clinic have in common."""

    clinic: Document
    program_id: str
    mrn_origin: str

    @property
    def deployment(self) -> str:
        return str(self.clinic["ehrSettings"]["sourceId"])

    def order(self, mrn: str) -> Json:
        id_type = self.clinic["ehrSettings"].get("mrnIdType") or "MRN"
        return {
            "orderType": "enrollment",
            "partnerId": "tidepool",
            "programId": self.program_id,
            "programTitle": "Tidepool",
            "patientId": {"id": mrn, "type": id_type, "origin": self.mrn_origin},
        }


def prepare(clinic: Document, *, mrn_origin: str) -> Enrolment:
    """Raises BadRequest for a provider other than Xealth, and for settings without a program."""
    settings = clinic["ehrSettings"]
    provider = settings.get("provider")
    if provider != EhrProvider.XEALTH:
        msg = f"provider {provider} is not supported"
        raise BadRequest(message=msg)
    program_id = (settings.get("procedureCodes") or {}).get(Procedure.CREATE_AND_ENABLE)
    if not program_id:
        msg = "the clinic's settings name no Xealth program"
        raise BadRequest(message=msg)
    return Enrolment(clinic, program_id, mrn_origin)


def list_patients(enrolment: Enrolment, *, user_id: str | None, limit: int) -> list[Document]:
    """Patients who can be enrolled: with an MRN and without any subscription, in the order of their MRNs."""
    conditions = Wanted(user_id=user_id, has_mrn=True, has_subscription=False)
    page, _ = ehr_patients.list_patients(enrolment.clinic["_id"], conditions, skip=0, limit=limit)
    return page


def check_configured() -> None:
    """Raises BadRequest where Xealth cannot be called."""
    if not configuration.is_complete():
        raise BadRequest(message=NOT_CONFIGURED)


def enroll_each(
    enrolment: Enrolment, patients: Sequence[Document]
) -> Iterator[tuple[Document, str]]:
    """Each patient with the outcome of the order. A refusal by Xealth does not end the loop. When Xealth cannot be
    reached, the rest is not tried: raises ServiceUnavailable after the patient whose order may have arrived."""
    for patient in patients:
        try:
            status = enroll(enrolment, patient)
        except ServiceUnavailable:
            yield patient, NO_ANSWER
            raise
        yield patient, _in_words(status)


def _in_words(status: int) -> str:
    if status != 200:
        return f"Xealth answered {status}"
    return KEPT if configuration.is_embedded() else ENROLLED


def enroll(enrolment: Enrolment, patient: Document) -> int:
    """The HTTP status of Xealth's answer; 200 means taken. Raises ServiceUnavailable and ServiceError.

    The order names the patient to another party, so the audit event is recorded first.
    """
    audit.record(
        action="ehr.enrolment_ordered",
        actor_id=f"uid:{os.getuid()}",
        actor_kind=ActorKind.SYSTEM,
        actor_name=TOOL,
        object_type="patient",
        object_id=patient["userId"],
        clinic_id=enrolment.clinic["_id"],
        scope={"embedded": True} if configuration.is_embedded() else None,
    )
    return xealth().write_order(enrolment.deployment, enrolment.order(patient["mrn"]))
