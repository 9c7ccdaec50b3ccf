"""Whom a person means in a filter: a user id, a whole e-mail address, or a name; a patient also by MRN and birth date.

Names are found for those who see them elsewhere: members for staff who find clinics, patients for staff who see
patients. Each look-up is an audit event, as in the field at the top. The account with an address is found for
everyone who has such a filter: its name is not shown, and who reads what was recorded about an id may know whose it is.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bson import ObjectId
from django.forms import ValidationError
from django.http import HttpRequest

from clinic_records.services.people import Person
from clinics.admin import readable_clinicians, user_lookup
from clinics.admin.found import user_ids, with_clinic_names
from clinics.admin.readable_clinicians import clinician
from clinics.services import staff_reads
from kernel import addresses, ids, texts
from kernel.db import Document
from kernel.staff import pages, roles
from kernel.staff.meant import KINDS, MOST_FOUND, Candidate, Found, Kind
from patients.admin.readable_patients import patient
from patients.services import finding
from patients.services import staff_reads as patient_reads

NONE = "No one is found: type a user id, a whole e-mail address, or a name."
NO_MEMBER = "No member is found: type a user id, a whole e-mail address, or a member's name."
SEVERAL_MEMBERS = "Several members of the clinic are found. Type the user id of one:"
_LIMIT = MOST_FOUND + 1
Rows = list[dict[str, Any]]
Read = Callable[[HttpRequest, str, Person], tuple[Iterable[Document], bool]]


def _patients(request: HttpRequest, typed: str) -> Found:
    return _found(request, typed, {"patients": _rows_of_patients})


def _members(request: HttpRequest, typed: str) -> Found:
    return _found(request, typed, {"people": _rows_of_members})


def _anyone(request: HttpRequest, typed: str) -> Found:
    return _found(request, typed, {"people": _rows_of_members, "patients": _rows_of_patients})


def _found(request: HttpRequest, typed: str, reads: Mapping[str, Read]) -> Found:
    """Each person once. An account is shown with what clinics know of it."""
    if staff_reads.is_user_id(typed):
        return Found()
    person = _person(typed)
    read_rows = {kind: read(request, typed, person) for kind, read in reads.items()}
    rows = {kind: _with_ids(found) for kind, (found, _) in read_rows.items()}
    _record(request, rows)
    known = [_candidate(row) for found in rows.values() for row in found]
    account = [Candidate(person.user_id, "")] if person.user_id else []
    by_id = {one.id: one for one in reversed([*known, *account])}
    is_cut = any(is_cut for _, is_cut in read_rows.values())
    return Found(list(by_id.values())[::-1], is_cut=is_cut)


def _record(request: HttpRequest, rows: Mapping[str, Rows]) -> None:
    """As a search in the field at the top."""
    patients = {"patients": user_ids(rows["patients"])} if "patients" in rows else {}
    pages.record_view(
        request,
        action="find.looked_up",
        object_type="search",
        object_id="",
        scope={"found": {kind: len(found) for kind, found in rows.items()}, **patients},
    )


def _person(typed: str) -> Person:
    if "@" not in typed:
        return Person()
    address = addresses.account_address(typed)
    account = user_lookup.find_account(address)[0] if address else None
    spellings = tuple(sorted({address or typed, typed}))
    return Person(user_id=account.user_id if account else "", spellings=spellings)


def _rows_of_members(
    request: HttpRequest, typed: str, person: Person
) -> tuple[Iterable[Document], bool]:
    """And whether there may be others. The records with one address are those of one person, as a rule."""
    if not pages.has(request, roles.FIND):
        return [], False
    if "@" in typed:
        members, _ = staff_reads.list_memberships(person, skip=0, limit=_LIMIT)
        return map(clinician, members), False
    members = staff_reads.list_named(typed, limit=_LIMIT)
    return map(clinician, members), len(members) == _LIMIT


def _rows_of_patients(
    request: HttpRequest, typed: str, person: Person
) -> tuple[Iterable[Document], bool]:
    if not pages.has(request, roles.PATIENTS):
        return [], False
    if "@" not in typed:
        found = finding.find(typed, limit=_LIMIT)
        return map(patient, found.patients), found.is_cut
    records, _ = patient_reads.list_records(person, skip=0, limit=_LIMIT)
    return map(patient, records), False


# --- in a form ------------------------------------------------------------------------------------
def member_meant(clinic_id: ObjectId, typed: str) -> str:
    """The user id that a form means by a user id, a whole address, or words of the name of a member of the clinic, who
    is the only one with them or has just this name. Raises ValidationError. Whether an id or an account is a member is
    for the service to say."""
    if staff_reads.is_user_id(typed):
        return typed.lower()
    person = _person(typed)
    if person.user_id:
        return person.user_id
    members = [one for one in readable_clinicians.list_member_keys(clinic_id) if one.get("userId")]
    if "@" in typed:
        found = [one for one in members if one.get("email") in person.spellings]
    else:
        found = [one for one in members if texts.has_words(typed, one.get("name") or "")]
        found = [one for one in found if texts.is_same(one["name"], typed)] or found
    if len(found) == 1:
        return str(found[0]["userId"])
    named = ", ".join(f"{one.get('name')} ({one['userId']})" for one in found[:MOST_FOUND])
    raise ValidationError(f"{SEVERAL_MEMBERS} {named}" if found else NO_MEMBER, code="unknown")


def _with_ids(documents: Iterable[Document]) -> Rows:
    """Who has only been invited has no id yet."""
    return [row for row in with_clinic_names(documents) if row["userId"]]


def _candidate(row: dict[str, Any]) -> Candidate:
    parts = (row.get("birthDate"), row["clinic_name"])
    return Candidate(
        row["userId"],
        row.get("fullName") or row.get("name") or "",
        ", ".join(part for part in parts if part),
    )


def _is_id(typed: str) -> bool:
    return ids.is_user_id(typed.lower())


def _is_no_address(typed: str) -> bool:
    """What an event is about may be anything that has an id."""
    return "@" not in typed and " " not in typed


KINDS["patient"] = Kind(_patients, _is_id, NONE)
KINDS["person"] = Kind(_members, _is_id, NONE)
KINDS["anyone"] = Kind(_anyone, _is_id, NONE)
KINDS["subject"] = Kind(_anyone, _is_no_address, NONE)
