"""Whether a clinic's plan lets it have one more patient (rules PATIENT-122 to PATIENT-137)."""

from datetime import datetime
from typing import Any

from bson import ObjectId

from clinic_records.choices import Tier
from clinic_records.services import access
from kernel import clock, numbers, safe_reading
from kernel.db import Document
from kernel.errors import BadRequest, NotFound, PaymentRequired
from patients.services import derived, patient_counts, preparing

LIMITS = ("hardLimit", "softLimit")
DATES = ("startDate", "endDate")


def effective_limits(clinic: Document) -> Document:
    """The stored limits; none unless the clinic is in the US and on the free tier, since no other is limited."""
    if (clinic.get("country") or "US") != "US" or (clinic.get("tier") or Tier.FREE) != Tier.FREE:
        return {}
    limits = {name: readable_limit(clinic, name) for name in LIMITS}
    return {name: limit for name, limit in limits.items() if limit is not None}


def stored_limit(clinic: Document, name: str) -> Document:
    """The limit as stored, whether it can be read or not."""
    return safe_reading.mapping(safe_reading.mapping(clinic.get("patientCountSettings")).get(name))


def readable_limit(clinic: Document, name: str) -> Document | None:
    """None if there is no limit, or if its plan cannot be read: treated as 0 it would block the clinic. An older
    `patientCount` is used in place of a plan of 0."""
    stored = stored_limit(clinic, name)
    plan, older = numbers.count(stored.get("plan")), numbers.count(stored.get("patientCount"))
    if plan is None and older is None:
        if stored:
            safe_reading.note_broken("clinic", clinic["_id"], ValueError(name))
        return None
    limit: Document = {"plan": plan or older or 0}
    for date in DATES:
        if safe_reading.moment(stored.get(date)) is not None:
            limit[date] = stored[date]
    return limit


def plan_limit(clinic: Document, moment: datetime) -> int | None:
    """The number of plan patients from which creation is refused now; None: unlimited. Both dates are inclusive. A
    limit with a date that cannot be read is not in force, since it is not known whether it should be."""
    hard: Any = effective_limits(clinic).get("hardLimit")
    stored = stored_limit(clinic, "hardLimit")
    if hard is None or any(stored.get(name) is not None and name not in hard for name in DATES):
        return None
    if "startDate" in hard and moment < hard["startDate"]:
        return None
    if "endDate" in hard and moment > hard["endDate"]:
        return None
    return int(hard["plan"])


def room_of(clinic: Document) -> int | None:
    """How many more patients the plan allows now; None: any number."""
    limit = plan_limit(clinic, clock.now())
    return None if limit is None else max(limit - patient_counts.plan_of(clinic["_id"]), 0)


def check_plan_limit(clinic: Document) -> int | None:
    """The limit in force, for the transaction that creates the patient. Raises PaymentRequired if it is already
    reached."""
    limit = plan_limit(clinic, clock.now())
    if limit is not None and _has_reached(clinic["_id"], limit):
        raise PaymentRequired(patient_counts.LIMIT_REACHED)
    return limit


def _has_reached(clinic_id: ObjectId, limit: int) -> bool:
    """Before it refuses, compares the stored counts with the records, and before it admits, the total alone. What
    another system has changed a moment ago of an exemption may admit one more. Raises Unavailable for a large clinic
    whose rows are still to be derived."""
    preparing.require_rows(clinic_id)
    kept = patient_counts.find_counts(clinic_id)
    if kept is None:
        return patient_counts.count_for_plan(clinic_id) >= limit
    if kept["plan"] < limit:
        # Compare the total alone: half a millisecond at 250 patients, where all three numbers take two.
        is_right = patient_counts.is_total_right(clinic_id, kept)
    else:
        is_right = kept["plan"] == patient_counts.count_for_plan(clinic_id)
    if is_right:
        return int(kept["plan"]) >= limit
    derived.follow_missing(clinic_id)
    patient_counts.recount(clinic_id)
    return patient_counts.count_for_plan(clinic_id) >= limit


def set_limits(clinic_id: str, limits: Document) -> Document:
    """Replace the limits; {} removes them. Returns the limits in force."""
    for limit in limits.values():
        if (
            limit.get("startDate")
            and limit.get("endDate")
            and limit["startDate"] > limit["endDate"]
        ):
            raise BadRequest
    clinic = access.change_clinic(clinic_id, {"patientCountSettings": limits})
    if clinic is None:
        raise NotFound(message=access.CLINIC_NOT_FOUND)
    return effective_limits(clinic)
