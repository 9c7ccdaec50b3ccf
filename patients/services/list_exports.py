"""A clinic's list of patients as a file for the clinic itself: which patients, as they are at one moment, and what is
read of them (rules PATIENT-166 to PATIENT-176)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from bson import ObjectId
from django.conf import settings

from clinic_records.choices import GlucoseUnits, Tier
from clinic_records.documents import ClinicDocument
from clinic_records.services import access, closures, members
from clinic_records.services.members import Member
from kernel import accesses, audit, clock, db, safe_reading
from kernel.choices import ActorKind
from kernel.db import Document
from kernel.errors import ConstraintViolation, Unavailable
from kernel.jobs.files import CSV, XLSX
from patients.documents import PatientDocument
from patients.services import patient_lists
from patients.store import exports as store
from patients.store import patients as patient_store
from patients.store.patient_lists import Ordering, PatientFilter

# The plans that include it, compared exactly: a code of which these are the beginning is another one.
TIERS = frozenset({Tier.STANDARD.value, Tier.PREMIUM.value, Tier.ENTERPRISE.value})
CGM = (
    *("timeCGMUsePercent", "daysWithData", "hoursWithData", "averageGlucoseMmol"),
    *("glucoseManagementIndicator", "standardDeviation", "coefficientOfVariation"),
    *("timeInVeryLowPercent", "timeInLowPercent", "timeInTargetPercent"),
    *("timeInHighPercent", "timeInVeryHighPercent"),
)
BGM = (
    *("averageGlucoseMmol", "totalRecords", "daysWithData"),
    *("timeInVeryLowRecords", "timeInVeryHighRecords"),
)
MOST = 200_000  # patients of one file
MOST_IN_WORKBOOK = 50_000  # each cell costs time, of which a task has so much
MOST_AT_ONCE = 5_000  # of a workbook that is made while its caller waits
BATCH = 500
ACTION = "patients.export"
# What does not narrow the list.
_OF_THE_FILE = frozenset({"period", "format", "sort", "sortType", "search"})
TOO_MANY = "these are more than {most:,} patients: narrow the list"
TOO_MANY_IN_WORKBOOK = "a workbook has at most {most:,} patients: narrow the list, or ask for csv"
TOO_MANY_AT_ONCE = (
    "a workbook of more than {most:,} patients is made by an export in the background"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`names`: of what narrows the list, without values."""

    period: str
    format: str
    patient_filter: PatientFilter
    ordering: Ordering
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some patients of the file, and those who have created their accounts, by user id."""

    documents: Sequence[PatientDocument]
    creators: Mapping[str, Member]


@dataclass(frozen=True, slots=True)
class Report:
    """What all lines of a file have in common. `time`: of which the file tells; `units`: those of the clinic then."""

    clinic: ClinicDocument
    exported_by: Member
    period: str
    time: datetime
    units: str


@dataclass(slots=True)
class Export:
    """What is in the file, as it was at one moment. It has to be closed."""

    report: Report
    asked: Asked
    ids: list[ObjectId]
    _moment: db.Moment = field(repr=False)

    @property
    def count(self) -> int:
        return len(self.ids)

    def batches(self) -> Iterator[Batch]:
        """Never more than one is in memory. Raises Unavailable where a patient of the list has no record: the file
        would have fewer lines than it says."""
        clinic_id, creators = self.report.clinic["_id"], dict[str, Member]()
        for ids in db.batches(self.ids, BATCH):
            documents = self._moment.read(
                partial(list_documents, clinic_id, ids, self.report.period)
            )
            if len(documents) != len(ids):
                raise Unavailable
            creators |= find_creators(clinic_id, documents, creators)
            yield Batch(documents, creators)

    def close(self) -> None:
        self._moment.close()


def asked_of(query: Mapping[str, Any]) -> Asked:
    """From validated query parameters. Raises BadRequest for what only a list can refuse."""
    return Asked(
        period=query["period"],
        format=query.get("format", CSV),
        patient_filter=patient_lists.read_filter(query),
        ordering=patient_lists.read_ordering(query),
        names=sorted(query.keys() - _OF_THE_FILE),
    )


def may_export(clinic_id: str) -> bool:
    """Whether the clinic's plan includes it. A clinic that does not exist is not refused: it is not found."""
    clinic = access.find_clinic(clinic_id, {"tier": 1})
    return clinic is None or clinic.get("tier") in TIERS


def open_export(*, clinic_id: str, asked: Asked, user_id: str) -> Export:
    """Raises NotFound, ConstraintViolation for too many patients, Unavailable for a list that is still to be
    derived, and Busy in the middle of a merge, when a clinic has a part of another."""
    clinic = access.access_clinic(clinic_id)
    closures.require_free(clinic["_id"])
    moment = db.Moment()
    try:
        ids = list_ids(clinic["_id"], asked, moment)
        report = report_of(clinic, user_id, asked.period, clock.now(), units_of(clinic))
    except BaseException:
        moment.close()
        raise
    return Export(report, asked, ids, moment)


def report_of(
    clinic: ClinicDocument, user_id: str, period: str, time: datetime, units: str
) -> Report:
    who = members.find_members(clinic["_id"], {user_id}).get(user_id, Member())
    return Report(clinic, who, period, time, units)


def units_of(clinic: ClinicDocument) -> str:
    return safe_reading.text(clinic.get("PreferredBgUnits")) or GlucoseUnits.MG_DL.value


def list_documents(
    clinic_id: ObjectId, ids: Sequence[ObjectId], period: str
) -> list[PatientDocument]:
    """In this order, without those that are gone; of each what the columns need."""
    return store.list_exported(clinic_id, ids, store.shown(period, CGM, BGM))


def find_creators(
    clinic_id: ObjectId, documents: Sequence[Document], known: Mapping[str, Member]
) -> dict[str, Member]:
    """Those who are not known yet; who is no member any more is nameless."""
    named = {safe_reading.text(document.get("invitedBy")) for document in documents}
    wanted = {user_id for user_id in named if user_id} - known.keys()
    found = members.find_members(clinic_id, wanted)
    return {user_id: found.get(user_id, Member()) for user_id in wanted}


def list_ids(clinic_id: ObjectId, asked: Asked, moment: db.Moment) -> list[ObjectId]:
    """Without the demo patient, and without those whose record another system has removed a moment ago. Raises
    ConstraintViolation for too many."""
    found = patient_lists.list_ids(
        clinic_id, asked.patient_filter, asked.ordering, limit=MOST + 2, moment=moment
    )

    def read() -> list[ObjectId]:
        present = patient_store.list_present_ids(found) - {_demo_patient(clinic_id)}
        return [record_id for record_id in found if record_id in present]

    ids = moment.read(read)
    check_size(len(ids), MOST, TOO_MANY)
    return ids


def check_most(count: int, chosen: str) -> None:
    """For a file in this format that a worker makes. Raises ConstraintViolation."""
    check_size(count, MOST, TOO_MANY)
    if chosen == XLSX:
        check_size(count, MOST_IN_WORKBOOK, TOO_MANY_IN_WORKBOOK)


def _demo_patient(clinic_id: ObjectId) -> Any:
    user_id = settings.DEMO_PATIENT_USER_ID
    record = patient_store.find_patient(clinic_id, user_id, {"_id": 1}) if user_id else None
    return record["_id"] if record else None


def check_size(count: int, most: int, words: str) -> None:
    """Raises ConstraintViolation."""
    if count > most:
        raise ConstraintViolation(words.format(most=most))


def record_export(export: Export, *, user_id: str) -> None:
    """In the audit trail, and in the record of this access: before the first byte is sent. Raises if it cannot be
    recorded."""
    clinic = export.report.clinic
    accesses.note_shown(export.count)
    audit.record(
        action=ACTION,
        actor_id=user_id,
        actor_kind=ActorKind.USER,
        object_type="clinic",
        object_id=str(clinic["_id"]),
        object_name=safe_reading.text(clinic.get("name")) or "",
        clinic_id=clinic["_id"],
        scope={"rows": export.count, **scope_of(export.asked)},
    )


def name_of(time: datetime) -> str:
    """The file's name, without its ending."""
    return f"patients-{int(time.timestamp())}"


def scope_of(asked: Asked) -> dict[str, Any]:
    """As the audit trail tells what was asked for: without values."""
    return {
        "period": asked.period,
        "format": asked.format,
        "searched": asked.patient_filter.search is not None,
        "narrowed": sorted(asked.names),
    }
