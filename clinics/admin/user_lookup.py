"""Finds the clinics of a person by e-mail or id, as a clinician and as a patient. By id it also finds clinics from
which the person was removed, so that an id in the audit trail leads to a person while the archives have a record."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.html import format_html
from django.utils.http import urlencode

from clinic_records.services.people import Person
from clinics.admin.found import user_ids, with_clinic_names
from clinics.admin.readable_clinicians import clinician
from clinics.services import staff_reads
from kernel import addresses, audit, copied_texts, ids
from kernel.db import Document
from kernel.http import ServiceError, ServiceUnavailable
from kernel.staff import meant, pages, paging, recents, roles, searches
from kernel.staff.fields import why_no_address
from kernel.staff.meant import Meant
from kernel.staff.moments import when
from patients.admin.readable_patients import patient
from patients.services import staff_reads as patient_reads
from users.choices import AccountRole
from users.clients.protocol import User
from users.services import accounts
from users.services.neighbours import user_service

CLINICIAN, PATIENT = "clinician", "patient"
_HIDDEN = ("q",)
FORMER_CLINICIAN, FORMER_PATIENT = "former-clinician", "former-patient"
Read = Callable[..., tuple[list[Document], int]]
_READS: dict[str, Read] = {
    CLINICIAN: staff_reads.list_memberships,
    PATIENT: patient_reads.list_records,
    FORMER_CLINICIAN: staff_reads.list_former_memberships,
    FORMER_PATIENT: patient_reads.list_former_records,
}
_READABLE = {
    CLINICIAN: clinician,
    PATIENT: patient,
    FORMER_CLINICIAN: clinician,
    FORMER_PATIENT: patient,
}
_COUNTED = {
    CLINICIAN: "memberships",
    PATIENT: "patientRecords",
    FORMER_CLINICIAN: "formerMemberships",
    FORMER_PATIENT: "formerPatientRecords",
}
_NONE: dict[str, Any] = {"rows": [], "total": 0}
NOT_KNOWN = "not known"
NO_ANSWER = "The user service does not answer: only what clinics know is shown."


@pages.page("users/", name="user_lookup", needs=roles.FIND, hides=_HIDDEN)
def lookup(request: HttpRequest) -> HttpResponseBase:
    text = copied_texts.meant_by(searches.asked(request).get("q", "").strip()[:500])
    sees_patients = pages.has(request, roles.PATIENTS)
    address_or_id, problem = _address_or_id(text) if text else ("", "")
    named = _named(request, is_name=bool(text) and not address_or_id and not problem)
    if named.id:
        return pages.go(f"{request.path}?{urlencode({'q': named.id})}")
    is_person = bool(address_or_id) and not ids.parse_id(address_or_id or "")
    user, outage = find_account(address_or_id) if address_or_id and is_person else (None, "")
    person = _person(text, address_or_id, user)
    sections = {kind: _section(request, kind, person) for kind in _kinds(request)}
    is_known = any(section["rows"] for section in sections.values())
    if address_or_id:
        _record(request, address_or_id, person, sections)
    if person.user_id and (user or is_known):
        recents.note_person(request, person.user_id)
    name = _name(request, person, sections)
    return pages.render(
        request,
        "clinics/staff/user_lookup.html",
        title=name or "User look-up",
        window_title="User look-up",  # browsers store it, and it may be a patient
        crumbs=[pages.Crumb("User look-up", request.path)] if name else [],
        text=text,
        user_found=user,
        last_login=_last_login(user),
        is_legacy=user is not None and AccountRole.LEGACY_CLINIC in user.roles,
        problem=problem or outage,
        named=named,
        is_known=is_known,
        was_sought=bool(address_or_id),
        both=paging.query_without(request, "as", "page") if request.GET.get("as") else "",
        members=sections[CLINICIAN],
        records=sections.get(PATIENT),
        former=[
            _former(
                sections[FORMER_CLINICIAN],
                "a clinician",
                shows_addresses=pages.has(request, roles.MEMBERS),
            ),
            _former(
                sections.get(FORMER_PATIENT, _NONE), "a patient", shows_addresses=sees_patients
            ),
        ],
        sees_patients=sees_patients,
        panels=pages.PERSON_PANELS.render(request, {"account": user}) if user else [],
    )


def _named(request: HttpRequest, *, is_name: bool) -> Meant:
    return meant.read(request, "anyone", "q", hides=_HIDDEN) if is_name else Meant()


def is_known(request: HttpRequest, user_id: str) -> bool:
    """Whether the page would show anything of this user."""
    person = Person(user_id=user_id)
    return find_account(user_id)[0] is not None or any(
        _READS[kind](person, skip=0, limit=1)[0] for kind in _kinds(request)
    )


def names_of(request: HttpRequest, user_ids: Sequence[str]) -> tuple[dict[str, str], set[str]]:
    """Names by user id, and the ids of those who are named as patients, which is a view of them: members by their
    names, others as patients, for staff who see patients. Who has no name is left out."""
    names = staff_reads.names_of_members(user_ids)
    others = [user_id for user_id in user_ids if user_id not in names]
    sees_patients = pages.has(request, roles.PATIENTS)
    patients = patient_reads.names_in_all_clinics(others) if sees_patients else {}
    named = {user_id: name for user_id, name in patients.items() if name}
    gone = [user_id for user_id in others if user_id not in named]
    former, former_patients = _names_of_former(gone, sees_patients=sees_patients)
    return names | named | former, {*named, *former_patients}


def _names_of_former(
    user_ids: Sequence[str], *, sees_patients: bool
) -> tuple[dict[str, str], set[str]]:
    """As `names_of`, of those who were removed everywhere."""
    kinds = (FORMER_CLINICIAN, *((FORMER_PATIENT,) if sees_patients else ()))
    names, patients = {}, set()
    for user_id, kind in product(user_ids, kinds):
        rows, _ = _READS[kind](Person(user_id=user_id), skip=0, limit=1)
        name = next((row for row in map(_READABLE[kind], rows)), {})
        shown = name.get("fullName") or name.get("name")
        if shown and user_id not in names:
            names[user_id] = shown
            patients |= {user_id} if kind == FORMER_PATIENT else set()
    return names, patients


def _name(request: HttpRequest, person: Person, sections: dict[str, dict[str, Any]]) -> str:
    """The name as clinics have it now, else the one in the archives; "" where that is not known."""
    if not person.user_id:
        return ""
    names, _ = names_of(request, [person.user_id])
    former = [
        row.get("name") or row.get("fullName") or ""
        for kind in (FORMER_CLINICIAN, FORMER_PATIENT)
        for row in sections.get(kind, _NONE)["rows"]
    ]
    return names.get(person.user_id) or next(filter(None, former), "")


def _kinds(request: HttpRequest) -> list[str]:
    sees_patients = pages.has(request, roles.PATIENTS)
    return [kind for kind in _READS if sees_patients or kind not in (PATIENT, FORMER_PATIENT)]


def _address_or_id(text: str) -> tuple[str, str]:
    """The canonical address or the user id that was typed, or "" and what is wrong with it; neither for a name."""
    if "@" in text:
        address = addresses.account_address(text)
        return (address, "") if address else ("", why_no_address(text))
    is_known = staff_reads.is_user_id(text) or staff_reads.is_invite(text)
    return (text.lower(), "") if is_known else ("", "")


def find_account(address_or_id: str) -> tuple[User | None, str]:
    """If the user service does not answer, the page still shows what clinics know."""
    try:
        return user_service().get_user(address_or_id), ""
    except (ServiceUnavailable, ServiceError):
        return None, NO_ANSWER


def _last_login(user: User | None) -> str:
    if user is None:
        return ""
    if not accounts.are_embedded():
        return "not known here: the accounts are kept elsewhere"
    moment = accounts.last_login(user.user_id)
    return format_html("{}, or within the hour after", when(moment)) if moment else NOT_KNOWN


def _person(text: str, address_or_id: str | None, user: User | None) -> Person:
    """Clinics store addresses of invited people and patients themselves, and no account needs to have them: so an
    address finds everyone who is listed with it. Other services may have stored it as it was typed."""
    if not address_or_id:
        return Person()
    if ids.parse_id(address_or_id):
        return Person(invite=ids.parse_id(address_or_id))
    typed = {address_or_id, text} if "@" in address_or_id else set()
    of_account = {user.address} - {""} if user else set()
    user_id = user.user_id if user else ("" if "@" in address_or_id else address_or_id)
    return Person(user_id=user_id, spellings=tuple(sorted(typed | of_account)))


def _section(request: HttpRequest, kind: str, person: Person) -> dict[str, Any]:
    """One of the lists: beside the others only its first page, but by itself all pages."""
    alone = request.GET.get("as", "")
    if alone in _READS and alone != kind:
        return _NONE
    number, size = paging.requested(request)
    skip = (number - 1) * size if alone == kind else 0
    page, total = _READS[kind](person, skip=skip, limit=size)
    return {
        "rows": with_clinic_names(map(_READABLE[kind], page)),
        "total": total,
        "paging": paging.paging(request, shown=len(page), total=total) if alone == kind else None,
        "all": paging.query_without(request, "page", **{"as": kind}) if total > size else "",
    }


def _former(section: dict[str, Any], role: str, *, shows_addresses: bool) -> dict[str, Any]:
    rows = [
        {**row, "shown_name": row.get("fullName") or row.get("name")} for row in section["rows"]
    ]
    return {
        **section,
        "rows": rows,
        "title": f"Was {role}",
        "shows_addresses": shows_addresses,
    }


def _record(
    request: HttpRequest,
    address_or_id: str,
    person: Person,
    sections: dict[str, dict[str, Any]],
) -> None:
    """An address without an account is recorded as a digest, an invite as the id of its record."""
    pages.record_view(
        request,
        action="user.looked_up",
        object_type="clinicianInvite" if person.invite else "user",
        object_id=person.user_id
        or str(person.invite or "")
        or audit.digest(f"address:{address_or_id}")[:16],
        scope={
            **{_COUNTED[kind]: section["total"] for kind, section in sections.items()},
            "patients": user_ids(
                row
                for kind in (PATIENT, FORMER_PATIENT)
                for row in sections.get(kind, _NONE)["rows"]
            ),
        },
    )
