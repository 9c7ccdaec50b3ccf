"""Whether a clinic's plan lets it have one more patient (rules PATIENT-122 to PATIENT-137)."""

from datetime import datetime
from typing import Any

from bson import ObjectId

from clinic_records.choices import Tier
from clinic_records.services import access
from kernel import clock, numbers, safe_reading
from kernel.db import Document
from kernel.errors import BadRequest, NotFound, PaymentRequired
from patients.services import patient_counts

LIMITS = ("hardLimit", "softLimit")
DATES = ("startDate", "endDate")


def effective_limits(clinic: Document) -> Document:
    """The stored limits, or none where the clinic is not limited: only US clinics on the free tier are."""
    if (clinic.get("country") or "US") != "US" or (clinic.get("tier") or Tier.FREE) != Tier.FREE:
        return {}
    limits = {name: readable_limit(clinic, name) for name in LIMITS}
    return {name: limit for name, limit in limits.items() if limit is not None}


def stored_limit(clinic: Document, name: str) -> Document:
    """As it was written, readable or not."""
    return safe_reading.mapping(safe_reading.mapping(clinic.get("patientCountSettings")).get(name))


def readable_limit(clinic: Document, name: str) -> Document | None:
    """None without one, and for a plan that cannot be read: taken for 0 it would block the clinic. An older
    `patientCount` stands in for a plan of 0."""
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
    """The number of plan patients at which creation is refused now; None: unlimited. Both dates are
    inclusive; a limit with a date that cannot be read is not in force, since no one can say that it is."""
    hard: Any = effective_limits(clinic).get("hardLimit")
    stored = stored_limit(clinic, "hardLimit")
    if hard is None or any(stored.get(name) is not None and name not in hard for name in DATES):
        return None
    if "startDate" in hard and moment < hard["startDate"]:
        return None
    if "endDate" in hard and moment > hard["endDate"]:
        return None
    return int(hard["plan"])


def check_plan_limit(clinic: Document) -> int | None:
    """The limit in force, for the creating transaction. Raises PaymentRequired when it is reached already."""
    limit = plan_limit(clinic, clock.now())
    if limit is not None and _has_reached(clinic["_id"], limit):
        raise PaymentRequired(patient_counts.LIMIT_REACHED)
    return limit


def _has_reached(clinic_id: ObjectId, limit: int) -> bool:
    """A kept count that is wrong refuses no one, and lets no one in."""
    kept = patient_counts.kept_counts(clinic_id)
    if kept["plan"] < limit:
        # The total alone: that costs half a millisecond at 250 patients, and all three numbers cost two.
        is_right = patient_counts.is_total_right(clinic_id, kept)
    else:
        is_right = kept["plan"] == patient_counts.count_by_keys(clinic_id)["plan"]
    counts = kept if is_right else patient_counts.recount(clinic_id)
    return int(counts["plan"]) >= limit


def set_limits(clinic_id: str, limits: Document) -> Document:
    """Replace the limits; {} removes them. The answer is what is in force."""
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
