"""Many patients from one file: checked as a whole, created one by one by the service of a single one (rules PATIENT-177
to PATIENT-184)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bson import ObjectId

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel import mail_limits, safe_reading
from kernel.errors import (
    BadRequest,
    Busy,
    Conflict,
    ConstraintViolation,
    DomainError,
    PaymentRequired,
    RateLimited,
    RetryLater,
)
from patients.bulk_rows import MOST_NAMES, MOST_SHOWN, Fault, Row, names_in
from patients.documents import PatientDocument
from patients.services import (
    custodial_accounts,
    patient_counts,
    patients,
    plan_limits,
    taken_addresses,
)
from patients.services.patient_details import UNKNOWN_SITE, PatientDetails
from patients.store import bulk_creations as store

DUPLICATE_MRN, DUPLICATE_EMAIL = "duplicate MRN", "duplicate email"
# What every row says that is reached after the caller has learned of too many accounts, whatever its address has.
UNCHECKED_EMAIL = "email not checked: too many addresses have accounts"
MAILS_USED_UP = "too many mails for now: send this row again later"
TAG_GONE, SITE_GONE = (
    f"the clinic has no {what} with that name any more" for what in ("tag", "site")
)
_SITE_REFUSED = ConstraintViolation(UNKNOWN_SITE).message
_MRN_REFUSED = BadRequest(patients.MRN_TAKEN).message
NO_ROOM = PaymentRequired(patient_counts.LIMIT_REACHED).message
ACCOUNT_UNFINISHED = "account_unfinished"  # the reason in the outbox
_ENDED, _UNFINISHED = timedelta(seconds=1), timedelta(seconds=15)  # before the row is tried again
UNKNOWN_TAG, UNKNOWN_SITE_NAME = "unknown tag", "unknown site"
TAKEN, FREE, UNCHECKED = "taken", "free", "unchecked"  # what was told of an address

_REFUSALS = (BadRequest, Conflict, ConstraintViolation, PaymentRequired, RateLimited)


# --- the whole file -------------------------------------------------------------------------------
def resolve_names(
    clinic: ClinicDocument, rows: Sequence[Row]
) -> tuple[dict[int, dict[str, Any]], list[Fault]]:
    """{number of the row: ids of its tags and sites}, and the cells with something that the clinic does not have."""
    tags = {tag["name"]: tag["_id"] for tag in access.tags_of(clinic)}
    sites = {site["name"]: site["id"] for site in access.sites_of(clinic)}
    said, faults = dict[int, dict[str, Any]](), list[Fault]()
    for row in rows:
        named = names_in(row.tags_cell, tags), names_in(row.sites_cell, sites)
        if unknown := _unknown(named[0], tags):
            faults.append(Fault(UNKNOWN_TAG, row.number, 7, unknown))
        if unknown := _unknown(named[1], sites):
            faults.append(Fault(UNKNOWN_SITE_NAME, row.number, 8, unknown))
        said[row.number] = {
            "tags": [tags[name] for name in named[0] if name in tags],
            "sites": [sites[name] for name in named[1] if name in sites],
        }
    return said, faults


def _unknown(names: Sequence[str], known: Mapping[str, Any]) -> str:
    """Those that the clinic does not have, cut to what a line shows. A cell with too many names has a fault already."""
    if len(names) > MOST_NAMES:
        return ""
    return "; ".join(name for name in names if name not in known)[:MOST_SHOWN]


def list_gone(
    clinic: ClinicDocument, bodies: Mapping[int, Mapping[str, Any]]
) -> dict[int, list[str]]:
    """{number of the row: why it is not created}, of rows with a tag or site that the clinic had when names were
    resolved, and has no more. `bodies`: by number of the row, as CreatePatientAccount gets them."""
    tags = {str(tag["_id"]) for tag in access.tags_of(clinic)}
    sites = {str(site["id"]) for site in access.sites_of(clinic)}
    gone: dict[int, list[str]] = {}
    for number, body in bodies.items():
        if not sites.issuperset(site["id"] for site in body.get("sites", ())):
            gone[number] = [SITE_GONE]
        elif not tags.issuperset(body.get("tags", ())):
            gone[number] = [TAG_GONE]
    return gone


class Named(Protocol):
    """What is asked about of a row. `email` in its canonical form; it may be empty."""

    @property
    def number(self) -> int: ...
    @property
    def mrn(self) -> str: ...
    @property
    def email(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Line:
    """`Named`, where there is no row any more."""

    number: int
    mrn: str
    email: str


def mark_duplicates(
    clinic_id: ObjectId,
    rows: Sequence[Named],
    *,
    asked_by: str | None,
    told: dict[str, str] | None = None,
) -> dict[int, list[str]]:
    """{number of the row: why it is not created}, of rows with an MRN or address that another row, a patient of the
    clinic or (of addresses) any account has, or with an address that a person may not ask about any more. `told`: what
    was told of addresses before (`TAKEN`, `FREE`, `UNCHECKED`), which is not asked again; what is told now is added.
    Raises Unavailable where the user service does not answer."""
    told = {} if told is None else told
    mrns, emails = Counter(row.mrn for row in rows), Counter(row.email for row in rows if row.email)
    taken_mrns = _repeated(mrns) | store.list_mrns(clinic_id, sorted(mrns))
    taken = _repeated(emails) | store.list_addresses(clinic_id, sorted(emails))
    asked = [email for email in emails if email not in taken]
    for email in asked:
        if email not in told:
            told[email] = _ask(email, clinic_id, asked_by)
    taken |= {email for email in asked if told[email] == TAKEN}
    unchecked = {email for email in asked if told[email] == UNCHECKED}
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


def _ask(email: str, clinic_id: ObjectId, asked_by: str | None) -> str:
    """An account counts for its caller as in the creation of one patient. One that is being made may be that of a
    creation that has ended, and is ended soon: the row waits for it, and is no duplicate until then."""
    try:
        with taken_addresses.counted(asked_by, clinic_id, email, is_check=True):
            custodial_accounts.require_free_or_begun(email)
    except taken_addresses.AddressTaken:
        return TAKEN
    except RateLimited:
        return UNCHECKED
    return FREE


def refusals(
    clinic: ClinicDocument, rows: Sequence[Named], *, invited_by: str | None
) -> dict[int, list[str]]:
    """{number of the row: what its creation would say now}, of rows whose MRN must be unique and is not, of those for
    which the plan has no room, and of those with an address to which `invited_by` may cause no more mails. `rows`: all
    that would be created, in their order."""
    room, mails = plan_limits.room_of(clinic), mail_limits.Room(invited_by)
    groups, taken = _groups_of(clinic, [row.mrn for row in rows])
    refused: dict[int, list[str]] = {}
    for at, row in enumerate(rows):
        if row.mrn in groups and groups[row.mrn] in taken:
            refused[row.number] = [_MRN_REFUSED]
        elif room is not None and at - len(refused) >= room:
            refused[row.number] = [NO_ROOM]
        elif not mails.take(row.email):
            refused[row.number] = [MAILS_USED_UP]
        elif row.mrn in groups:
            taken.add(groups[row.mrn])
    return refused


def _groups_of(clinic: ClinicDocument, mrns: Sequence[str]) -> tuple[dict[str, int], set[int]]:
    """As `store.group_mrns`; without any where MRNs may be equal."""
    rules = safe_reading.mapping(clinic.get("mrnSettings"))
    return store.group_mrns(clinic["_id"], mrns) if rules.get("unique") is True else ({}, set())


# --- one row --------------------------------------------------------------------------------------
def create(
    *,
    clinic_id: ObjectId,
    details: PatientDetails,
    invited_by: str | None,
    told_to: str | None,
    origin: str,
    take_over: Callable[[], None],
    then: Callable[[PatientDocument], None],
) -> str:
    """Why the rules refuse the row; empty for one that is created. `told_to`: the person who reads why; None for a
    service. `then` is called in the transaction that stores the record.

    `origin` names the row: an earlier try of it may have died between the account and its record. Then `take_over` is
    called, after which that try can store no record any more, and the account is ended. Raises RetryLater until that is
    so, because the account must not look like that of someone else, and Busy for a clinic that is being merged.
    """

    def check() -> None:
        """Two files may be created at once, and not every clinic requires unique MRNs."""
        if store.list_mrns(clinic_id, [details.said["mrn"]]):
            raise BadRequest(message=DUPLICATE_MRN)

    def stored(record: PatientDocument) -> None:
        if len(record.get("tags") or ()) < len(details.said.get("tags") or ()):
            raise ConstraintViolation(message=TAG_GONE)
        then(record)

    try:
        patients.create_custodial_patient(
            clinic_id=clinic_id,
            details=details,
            invited_by=invited_by,
            origin=origin,
            is_known_free=True,  # of the check of the file, which has counted those that were not
            check=check,
            then=stored,
        )
    except Busy:
        raise
    except taken_addresses.AddressTaken:
        _wait_for_earlier_try(details.said["email"], origin, take_over)
        return _why_not(clinic_id, details, told_to)
    except _REFUSALS as error:
        return _why(error, clinic_id, details)
    return ""


def _why(error: DomainError, clinic_id: ObjectId, details: PatientDetails) -> str:
    """In the words of the check of a file, where it would have noticed."""
    if error.message in (DUPLICATE_MRN, _MRN_REFUSED):
        return ", ".join(_duplicates(clinic_id, details)) or error.message
    if isinstance(error, RateLimited):
        return MAILS_USED_UP
    return SITE_GONE if error.message == _SITE_REFUSED else error.message


def _duplicates(
    clinic_id: ObjectId, details: PatientDetails, *, of_address: bool = True
) -> list[str]:
    """What another file has used since the check: each reason counts."""
    mrn, email = details.said["mrn"], details.said.get("email")
    has_address = bool(of_address and email and store.has_address(clinic_id, email))
    return [
        *([DUPLICATE_MRN] if store.list_mrns(clinic_id, [mrn]) else []),
        *([DUPLICATE_EMAIL] if has_address else []),
    ]


def _why_not(clinic_id: ObjectId, details: PatientDetails, told_to: str | None) -> str:
    """For a row whose address is taken. Where the caller may be told of no more addresses, a row that is refused for
    another reason has that one alone, as it would with a free address: nothing is created that would show which it
    is."""
    of_address = _of_taken(clinic_id, details.said["email"], told_to)
    others = _duplicates(clinic_id, details, of_address=False)
    if of_address != UNCHECKED_EMAIL:
        return ", ".join([*others, of_address])
    if not others and _has_gone_tag(clinic_id, details):
        others = [TAG_GONE]
    return ", ".join(others or [of_address])


def _has_gone_tag(clinic_id: ObjectId, details: PatientDetails) -> bool:
    clinic = access.find_clinic(clinic_id, {"patientTags": 1})
    known = {tag["_id"] for tag in access.tags_of(clinic)} if clinic else set()
    return not known.issuperset(details.said.get("tags") or ())


def _of_taken(clinic_id: ObjectId, email: str, told_to: str | None) -> str:
    """What is said of an address that has an account by now. The check may have told that it is free long after that
    was so, so an account that is none of the clinic's patients counts here."""
    if store.has_address(clinic_id, email):
        return DUPLICATE_EMAIL
    try:
        taken_addresses.tell(told_to, clinic_id, email)
    except RateLimited:
        return UNCHECKED_EMAIL
    return DUPLICATE_EMAIL


def _wait_for_earlier_try(email: str, origin: str, take_over: Callable[[], None]) -> None:
    if not custodial_accounts.is_being_made(email):
        return
    take_over()
    is_ended = custodial_accounts.end_of(email, origin)
    raise RetryLater(ACCOUNT_UNFINISHED, wait=_ENDED if is_ended else _UNFINISHED)
