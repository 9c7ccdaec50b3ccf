"""Many patients from one file: checked as a whole, created one by one by the service of a single one (rules PATIENT-177
to PATIENT-184)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel.errors import (
    BadRequest,
    Busy,
    Conflict,
    ConstraintViolation,
    PaymentRequired,
    RateLimited,
    RetryLater,
)
from patients.bulk_rows import Fault, Row
from patients.documents import PatientDocument
from patients.services import (
    custodial_accounts,
    patient_counts,
    patients,
    plan_limits,
    taken_addresses,
)
from patients.services.patient_details import PatientDetails
from patients.store import bulk_creations as store

DUPLICATE_MRN, DUPLICATE_EMAIL = "duplicate MRN", "duplicate email"
# What every row says that is reached after the caller has learned of too many accounts, whatever its address has.
UNCHECKED_EMAIL = "email not checked: too many addresses have accounts"
ACCOUNT_UNFINISHED = "account_unfinished"  # the reason in the outbox
UNKNOWN_TAG, UNKNOWN_SITE = "unknown tag", "unknown site"

_REFUSALS = (BadRequest, Conflict, ConstraintViolation, PaymentRequired, RateLimited)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: `reason` is empty for one that was created."""

    reason: str
    is_created: bool


# --- the whole file -------------------------------------------------------------------------------
def resolve_names(
    clinic: ClinicDocument, rows: Sequence[Row]
) -> tuple[dict[int, dict[str, Any]], list[Fault]]:
    """{number of the row: ids of its tags and sites}, and what the clinic does not have."""
    tags = {tag["name"]: tag["_id"] for tag in access.tags_of(clinic)}
    sites = {site["name"]: site["id"] for site in access.sites_of(clinic)}
    said, faults = dict[int, dict[str, Any]](), list[Fault]()
    for row in rows:
        faults += [Fault(UNKNOWN_TAG, row.number, 7) for name in row.tags if name not in tags]
        faults += [Fault(UNKNOWN_SITE, row.number, 8) for name in row.sites if name not in sites]
        said[row.number] = {
            "tags": [tags[name] for name in row.tags if name in tags],
            "sites": [sites[name] for name in row.sites if name in sites],
        }
    return said, faults


def mark_duplicates(
    clinic_id: ObjectId, rows: Sequence[Row], *, asked_by: str | None
) -> dict[int, list[str]]:
    """{number of the row: why it is not created}, of rows with an MRN or address that another row, a patient of the
    clinic or (of addresses) any account has, or with an address that a person may not ask about any more. Raises
    Unavailable where the user service does not answer."""
    mrns, emails = Counter(row.mrn for row in rows), Counter(row.email for row in rows if row.email)
    taken_mrns = _repeated(mrns) | store.list_present(clinic_id, "mrn", sorted(mrns), "PatientMRN")
    known = store.list_present(clinic_id, "email", sorted(emails), "PatientEmail")
    taken = _repeated(emails) | known
    found, unchecked = _with_accounts(
        [email for email in emails if email not in taken], clinic_id, asked_by
    )
    taken |= found
    marks = {
        row.number: [
            *([DUPLICATE_MRN] if row.mrn in taken_mrns else []),
            *([DUPLICATE_EMAIL] if row.email in taken else []),
            *([UNCHECKED_EMAIL] if row.email in unchecked else []),
        ]
        for row in rows
    }
    return {number: reasons for number, reasons in marks.items() if reasons}


def _repeated(counts: Mapping[str, int]) -> set[str]:
    return {value for value, count in counts.items() if count > 1}


def _with_accounts(
    emails: Sequence[str], clinic_id: ObjectId, asked_by: str | None
) -> tuple[set[str], set[str]]:
    """Those that have accounts, each of which counts for its caller as in the creation of one patient; and those that
    were not asked about, because the caller has learned of too many."""
    found = set()
    for at, email in enumerate(emails):
        try:
            with taken_addresses.counted(asked_by, clinic_id):
                custodial_accounts.require_free(email)
        except taken_addresses.AddressTaken:
            found.add(email)
        except RateLimited:
            return found, set(emails[at:])
    return found, set()


def beyond_plan(
    clinic: ClinicDocument, rows: Sequence[Row], marks: Mapping[int, Sequence[str]]
) -> dict[int, list[str]]:
    """{number of the row: what its creation would say}, of rows without a mark for which the plan has no room now."""
    room = plan_limits.room_of(clinic)
    created = [row.number for row in rows if row.number not in marks]
    if room is None:
        return {}
    words = PaymentRequired(patient_counts.LIMIT_REACHED).message
    return {number: [words] for number in created[room:]}


# --- one row --------------------------------------------------------------------------------------
def create(
    *,
    clinic_id: ObjectId,
    details: PatientDetails,
    invited_by: str | None,
    then: Callable[[PatientDocument], None],
) -> Outcome:
    """`then` is called in the transaction that stores the record. What the rules refuse is the reason; the rest of the
    file goes on. Raises Busy for a clinic that is being merged, and RetryLater where an earlier try has died between
    the account and its record: that account is ended first, and must not look like that of someone else."""

    def check() -> None:
        """Two files may be created at once, and not every clinic requires unique MRNs."""
        mrn = details.said["mrn"]
        if store.list_present(clinic_id, "mrn", [mrn], "PatientMRN"):
            raise BadRequest(message=DUPLICATE_MRN)

    try:
        patients.create_custodial_patient(
            clinic_id=clinic_id,
            details=details,
            invited_by=invited_by,
            is_known_free=True,  # of the check of the file, which has counted those that are not
            check=check,
            then=then,
        )
    except Busy:
        raise
    except _REFUSALS as error:
        is_taken = isinstance(error, taken_addresses.AddressTaken)
        if is_taken and custodial_accounts.is_being_made(details.said["email"]):
            raise RetryLater(ACCOUNT_UNFINISHED) from None
        return Outcome(error.message, is_created=False)
    return Outcome("", is_created=True)
