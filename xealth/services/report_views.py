"""When a clinician has viewed a patient's report. Asking for its address counts as viewing (rules EHR-156 and
EHR-159)."""

from dataclasses import dataclass
from typing import Any

from ehr.reading import Part
from kernel import clock, ids
from kernel.db import Document
from xealth.store import report_views as store


@dataclass(frozen=True, slots=True)
class Clinician:
    """Who asks, as the health record names the person; empty parts were not sent."""

    user_id: str
    system_login: str


def read_clinician(body: Part) -> Clinician:
    """Raises Unreadable."""
    user = body.part("datasets").part("ehrUserV1")
    return Clinician(user.text("userId"), user.text("systemLogin"))


def key(clinician: Clinician, clinic: Document, patient: Document) -> dict[str, Any] | None:
    """Who views what, of any program; None for a clinician who is not named. The deployment is as the clinic spells it:
    a request may spell it in another way."""
    if not clinician.user_id:
        return None
    return {
        "userId": clinician.user_id,
        "deployment": clinic["ehrSettings"]["sourceId"],
        "clinicId": clinic["_id"],
        "patientUserId": patient["userId"],
    }


def record(clinician: Clinician, clinic: Document, patient: Document, program_id: str) -> None:
    who_and_what = key(clinician, clinic, patient)
    if who_and_what is None:
        return
    login = {"systemLogin": clinician.system_login} if clinician.system_login else {}
    view = {**who_and_what, "programId": program_id, **login, "createdTime": clock.now()}
    store.insert_view({"_id": ids.new_id(), **view})
