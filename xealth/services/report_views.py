"""When a clinician has viewed a patient's report. Asking for its address counts as viewing (rules EHR-156 and
EHR-159)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ehr.reading import Part
from kernel import clock, ids, safe_reading
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


def last_time(
    clinician: Clinician, clinic: Document, patient: Document, program_id: str
) -> datetime | None:
    """None for a clinician who has never viewed it, and for one who is not named."""
    if not clinician.user_id:
        return None
    moment = store.find_last_time(_key(clinician, clinic, patient, program_id))
    return safe_reading.moment(moment)


def record(clinician: Clinician, clinic: Document, patient: Document, program_id: str) -> None:
    if not clinician.user_id:
        return
    login = {"systemLogin": clinician.system_login} if clinician.system_login else {}
    key = _key(clinician, clinic, patient, program_id)
    store.insert_view({"_id": ids.new_id(), **key, **login, "createdTime": clock.now()})


def _key(
    clinician: Clinician, clinic: Document, patient: Document, program_id: str
) -> dict[str, Any]:
    """The deployment as the clinic spells it: a request may spell it in another way."""
    return {
        "userId": clinician.user_id,
        "deployment": clinic["ehrSettings"]["sourceId"],
        "programId": program_id,
        "clinicId": clinic["_id"],
        "patientUserId": patient["userId"],
    }
