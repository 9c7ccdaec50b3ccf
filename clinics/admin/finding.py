"""One field for everything: clinics, people and patients, found by whatever a ticket quotes.

The field sends what was typed in the body of a POST, because it may be a patient's name, birth date, MRN or address,
which must not stand in an address. As a search address of a browser (`/admin/find/?q=%s`) it finds everything but
patients, and leads to pages as it always did.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from clinic_records.admin import frame
from clinic_records.services.people import Person
from clinics.admin import clinic_lists, gone_clinics, recent_views, user_lookup
from clinics.admin.found import user_ids, with_clinic_names
from clinics.admin.readable_clinicians import clinician
from clinics.services import clinic_names, staff_reads
from kernel import addresses, copied_texts, texts
from kernel.db import Document
from kernel.staff import pages, recents, roles, searches
from patients.admin.readable_patients import patient
from patients.custody import is_custodial
from patients.services import finding as patient_finding
from patients.services import staff_reads as patient_reads

SHOWN = 10
_MORE = "There are more, or may be: add something to narrow it down"
_LONGEST = 200


@dataclass(slots=True)
class Group:
    """What was found of one kind; `more` is what is known of the rest, in words."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    more: str = ""
    all: str = ""  # the page with all of them
    note: str = ""


@pages.page("find/", name="find", needs=roles.FIND)
def find(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _look_up(request, _typed(request.POST))
    text = _typed(request.GET)
    return (
        _from_address(request, text)
        if text
        else _page(request, "", {}, **recent_views.context(request))
    )


def _typed(fields: QueryDict) -> str:
    typed = texts.name(fields.get("q", "").replace("\0", ""))[:_LONGEST]
    return copied_texts.meant_by(typed)


def _from_address(request: HttpRequest, text: str) -> HttpResponseBase:
    kind = staff_reads.what_is(text)
    if kind == "user":
        return _go_to_user(request, text)
    clinic_id = _certain_clinic(text, kind)
    if clinic_id:
        return _open(request, clinic_id)
    if gone_id := _gone_clinic(text, kind):
        return pages.go(gone_clinics.page_of(gone_id))
    if kind == "share_code":
        pages.fail(request, f"No clinic has the share code {text.upper()}")
        return pages.go(reverse("admin:clinics"))
    return pages.go(f"{reverse('admin:clinics')}?{searches.query_of(request, q=text)}")


def _certain_clinic(text: str, kind: str) -> ObjectId | None:
    """An MRN may have the form of an id, and is not to stand in an address."""
    if kind == "clinic_id":
        clinic_id = ObjectId(text)
        return clinic_id if clinic_id in staff_reads.names_of([clinic_id]) else None
    return staff_reads.find_id_of_code(text) if kind in ("share_code", "name") else None


def _gone_clinic(text: str, kind: str) -> ObjectId | None:
    is_gone = kind == "clinic_id" and gone_clinics.find(ObjectId(text)) is not None
    return ObjectId(text) if is_gone else None


def _open(request: HttpRequest, clinic_id: ObjectId) -> HttpResponseBase:
    return pages.go(frame.url_of(request, clinic_id, recents.of(request).tabs.get(clinic_id)))


def _look_up(request: HttpRequest, text: str) -> HttpResponseBase:
    if not text:
        return _page(request, "", {})
    kind = staff_reads.what_is(text)
    if clinic_id := _certain_clinic(text, kind):
        _record(request, {"clinics": Group(rows=[{}])})
        return _open(request, clinic_id)
    if gone_id := _gone_clinic(text, kind):
        _record(request, {"deleted": Group(rows=[{}])})
        return pages.go(gone_clinics.page_of(gone_id))
    with_mrn = _patients(text) if pages.has(request, roles.PATIENTS) else None
    if kind == "user":
        return _person(request, text, with_mrn)
    groups = {"clinics": _clinics(request, text), "people": _named(text)}
    if deleted := gone_clinics.rows(text):
        groups["deleted"] = Group(deleted)
    return _found(request, text, groups | ({"patients": with_mrn} if with_mrn else {}))


def _found(request: HttpRequest, text: str, groups: dict[str, Group]) -> HttpResponseBase:
    _record(request, groups)
    return _page(request, text, groups)


def _page(
    request: HttpRequest, text: str, groups: dict[str, Group], **context: Any
) -> HttpResponseBase:
    return pages.render(
        request,
        "clinics/staff/find.html",
        title="Find",
        text=text,
        groups=groups,
        is_nothing=bool(text) and not any(group.rows or group.more for group in groups.values()),
        sees_patients=pages.has(request, roles.PATIENTS),
        **context,
    )


def _record(request: HttpRequest, groups: dict[str, Group]) -> None:
    """One event for each look-up: how much was found, and which patients; never what was typed."""
    patients = user_ids(groups.get("patients", Group()).rows)
    pages.record_view(
        request,
        action="find.looked_up",
        object_type="search",
        object_id="",
        scope={
            "found": {kind: len(group.rows) for kind, group in groups.items()},
            **({"patients": patients} if "patients" in groups else {}),
        },
    )


# --- clinics --------------------------------------------------------------------------------------
def _clinics(request: HttpRequest, text: str) -> Group:
    clinics, total = clinic_names.search(text, limit=SHOWN)
    rows = clinic_lists.rows(request, clinics)
    if total <= SHOWN:
        return Group(rows)
    query = searches.query_of(request, q=text)  # what was typed may be a patient's name
    return Group(rows, f"{total - SHOWN} more", f"{reverse('admin:clinics')}?{query}")


# --- people ---------------------------------------------------------------------------------------
def _person(request: HttpRequest, text: str, with_mrn: Group | None) -> HttpResponseBase:
    """Leads to the page of the account, by its id; without an account, shows who is listed with the address. An MRN may
    have the form of either: then all that was found is shown."""
    has_patients = with_mrn is not None and bool(with_mrn.rows)
    user_id = _account(request, text)
    if user_id and not has_patients:
        return _go_to_user(request, user_id)
    address = addresses.account_address(text) if "@" in text else ""
    spellings = tuple(sorted({address or text, text})) if "@" in text else ()
    person = Person(user_id=user_id, spellings=spellings)
    groups = {"people": _members(person)}
    if with_mrn is not None:
        of_person = _patients_of(person)
        rows = {(row["clinicId"], row["_id"]): row for row in of_person.rows + with_mrn.rows}
        more = of_person.more or with_mrn.more
        groups["patients"] = Group([*rows.values()][:SHOWN], more, note=with_mrn.note)
    return _found(request, text, groups)


def _account(request: HttpRequest, text: str) -> str:
    """The id of the account with this address or id; "" where there is none."""
    if "@" not in text:
        return text.lower() if user_lookup.is_known(request, text.lower()) else ""
    address = addresses.account_address(text)
    user = (
        user_lookup.find_account(address)[0] if address else None
    )  # without an answer: clinics may know it
    return user.user_id if user else ""


def _go_to_user(request: HttpRequest, text: str) -> HttpResponseBase:
    """An id may stand in the address."""
    query = searches.query_of(request, q=text) if "@" in text else urlencode({"q": text})
    return pages.go(f"{reverse('admin:user_lookup')}?{query}")


def _members(person: Person) -> Group:
    members, total = staff_reads.list_memberships(person, skip=0, limit=SHOWN)
    return _group(with_clinic_names(map(clinician, members)), is_cut=total > SHOWN)


def _named(text: str) -> Group:
    people = staff_reads.list_named(text, limit=SHOWN + 1)
    return _group(with_clinic_names(map(clinician, people[:SHOWN])), is_cut=len(people) > SHOWN)


# --- patients -------------------------------------------------------------------------------------
def _patients_of(person: Person) -> Group:
    records, total = patient_reads.list_records(person, skip=0, limit=SHOWN)
    return _group(_patient_rows(records), is_cut=total > SHOWN)


def _patients(text: str) -> Group:
    found = patient_finding.find(text, limit=SHOWN)
    group = _group(_patient_rows(found.patients), is_cut=found.is_cut)
    if not found.is_complete:
        group.note = (
            "What is searched is behind what is stored: some patients may not be found yet."
        )
    return group


def _patient_rows(records: Iterable[Document]) -> list[dict[str, Any]]:
    rows = with_clinic_names(map(patient, records))
    return [{**row, "is_custodial": is_custodial(row)} for row in rows]


# --- rows -----------------------------------------------------------------------------------------
def _group(rows: list[dict[str, Any]], *, is_cut: bool) -> Group:
    return Group(rows, _MORE if is_cut else "")
