"""Reads for staff: find a clinic or a user's clinics."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bson import ObjectId

from clinic_records.services import people
from clinic_records.services.people import Person
from clinics.services import clinic_names, member_names
from clinics.store import staff_reads as store
from clinics.store.staff_reads import ClinicFilter
from kernel import ids, safe_reading, texts
from kernel.db import Document
from kernel.page_limits import MOST_COUNTED
from kernel.safe_reading import Shape

SHARE_CODE = re.compile(r"[A-Za-z0-9]{4}-[A-Za-z0-9]{4}-[A-Za-z0-9]{4}")
READ_OF_DELETED = 200  # a search for a name reads so many tombstones; no index has their names
MOST_DELETED = 10  # of these are shown
_ARCHIVED: dict[str, Shape] = {
    **dict.fromkeys(("name", "canonicalShareCode"), str),
    "_id": ObjectId,
    "deletedTime": datetime,
}
_LONGEST_NAME = 200
_READ_OF_NAMES = 60  # records: a person has one in each clinic
_READ_OF_WORDS = 40


def list_clinics(
    conditions: ClinicFilter, *, newest_first: bool, skip: int, limit: int
) -> tuple[list[Document], int]:
    """A page, and the number of all that match."""
    narrowed = _narrowed(conditions)
    page = store.list_clinics(narrowed, newest_first=newest_first, skip=skip, limit=limit)
    return page, store.count_clinics(narrowed)


def list_clinic_ids(conditions: ClinicFilter, *, newest_first: bool, limit: int) -> list[ObjectId]:
    """In the order of the list."""
    return store.list_clinic_ids(_narrowed(conditions), newest_first=newest_first, limit=limit)


def count_clinics(conditions: ClinicFilter, *, most: int) -> int:
    return store.count_clinics(_narrowed(conditions), most=most)


def count_all_clinics() -> int:
    return store.count_all_clinics()


def list_clinics_of_ids(clinic_ids: Sequence[ObjectId]) -> list[Document]:
    """In the order of the ids, without those that are gone."""
    found = {clinic["_id"]: clinic for clinic in store.list_of_ids(clinic_ids)}
    return [found[clinic_id] for clinic_id in clinic_ids if clinic_id in found]


def _narrowed(conditions: ClinicFilter) -> ClinicFilter:
    """A rare name is looked for among the clinics that have it, and not among all of them."""
    among = clinic_names.ids_with(conditions.name)
    is_rare = conditions.name and len(among) < MOST_COUNTED
    return replace(conditions, name="", among=tuple(among)) if is_rare else conditions


def what_is(text: str) -> str:
    """The kind of text that staff typed: clinic id, share code, user, or else part of a name."""
    if ids.parse_id(text):
        return "clinic_id"
    if SHARE_CODE.fullmatch(text):
        return "share_code"
    return "user" if "@" in text or is_user_id(text) else "name"


def find_id_of_code(code: str) -> ObjectId | None:
    clinic = store.find_clinic_with_code(texts.share_code(code))
    return clinic["_id"] if clinic else None


def find_deleted(clinic_id: ObjectId) -> Document | None:
    """`_id`, `deletedTime` and, where they can be read, `name` and `canonicalShareCode` of a deleted clinic."""
    tombstone = store.find_deletion(clinic_id)
    return _archived(tombstone) if tombstone else None


def search_deleted(text: str) -> list[Document]:
    """Those of the `READ_OF_DELETED` clinics deleted last that have all words in their names, or the share code, as
    `find_deleted` has them; the newest first."""
    code = texts.share_code(text)
    found = []
    for tombstone in store.list_newest_deletions(READ_OF_DELETED):
        clinic = _archived(tombstone)
        codes = safe_reading.mapping(tombstone.get("clinic")).get("shareCodes")
        has_code = isinstance(codes, list) and code in codes
        if "_id" in clinic and (has_code or texts.has_words(text, clinic.get("name", ""))):
            found.append(clinic)
    return found[:MOST_DELETED]


def _archived(tombstone: Document) -> Document:
    clinic = safe_reading.mapping(tombstone.get("clinic"))
    shown = {
        "_id": clinic.get("_id"),
        "deletedTime": tombstone.get("deletedTime"),
        "name": clinic.get("name"),
        "canonicalShareCode": clinic.get("canonicalShareCode"),
    }
    return safe_reading.readable(shown, _ARCHIVED)


def list_with_role(clinic_id: ObjectId, role: str) -> list[Document]:
    return store.list_with_role(clinic_id, role)


def list_service_accounts(clinic_id: ObjectId) -> list[Document]:
    """Sorted by name."""
    return store.list_service_accounts(clinic_id)


def list_member_keys(clinic_id: ObjectId) -> list[Document]:
    """Nothing but name, address, user id and record id of each, from an index."""
    return store.list_member_keys(clinic_id)


def page_of_members(
    clinic_id: ObjectId, *, search: str, in_addresses: bool, skip: int, limit: int
) -> tuple[list[Document], int]:
    """Members and pending invites as `list_member_ids` finds them, and how many these are."""
    found = list_member_ids(clinic_id, search=search, in_addresses=in_addresses)
    return store.list_members_of_ids(found[skip : skip + limit]), len(found)


def list_member_ids(clinic_id: ObjectId, *, search: str, in_addresses: bool) -> list[ObjectId]:
    """The record ids of members and pending invites with all words in what is searched: the name, the user id and, if
    wanted, the address. Sorted by name."""
    fields = ("name", "userId", "email") if in_addresses else ("name", "userId")
    return [
        member["_id"]
        for member in store.list_member_keys(clinic_id)
        if texts.has_words(search, *(safe_reading.text(member.get(name)) or "" for name in fields))
    ]


def list_members_of_ids(record_ids: Sequence[ObjectId]) -> list[Document]:
    """Sorted by name."""
    return store.list_members_of_ids(record_ids)


def list_members_with_ids(clinic_id: ObjectId, user_ids: Sequence[str]) -> list[Document]:
    """Sorted by name; without those who are no members of the clinic."""
    found = store.list_members_of_users(clinic_id, user_ids) if user_ids else []
    # A list that holds the sought id is found, too.
    return [member for member in found if isinstance(member["userId"], str)]


def list_invite_ids(clinic_id: ObjectId) -> list[str]:
    return store.list_invite_ids(clinic_id)


def is_user_id(text: str) -> bool:
    """Whether it is a user id, in upper or lower case."""
    return ids.is_user_id(text.lower())


def list_memberships(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    """A page of memberships and pending invites, newest first, and the number of all of them."""
    return store.list_memberships(person, skip=skip, limit=limit)


def list_named(text: str, *, limit: int) -> list[Document]:
    """Members and invites of all clinics with all words in their names: one record for each person, those whose name
    begins like the text first. Brackets and quotes around it do not count."""
    typed = texts.without_brackets_around(texts.name(text)[:_LONGEST_NAME])
    begins = ["", *texts.OPENING]
    rows = (
        store.list_named([sign + typed for sign in begins], limit=_READ_OF_NAMES) if typed else []
    )
    rows += store.list_members_of_ids(member_names.ids_with(typed, limit=_READ_OF_WORDS))
    by_person = {safe_reading.text(row.get("userId")) or row["_id"]: row for row in reversed(rows)}
    return list(reversed(by_person.values()))[:limit]


def list_former_memberships(person: Person, *, skip: int, limit: int) -> tuple[list[Document], int]:
    """Like `list_memberships`, for removed ones: each record as it was, with the time of removal in `removed`."""
    tombstones, total = store.list_former_memberships(person, skip=skip, limit=limit)
    return people.as_they_were(tombstones, "clinician"), total


def was_removed(clinic_id: ObjectId, user_id: str) -> bool:
    """Whether the person was a member of the clinic, and is none any more."""
    if store.list_members_of_users(clinic_id, [user_id]):
        return False
    return bool(store.list_clinicians([(clinic_id, user_id)]))


def is_invite(text: str) -> bool:
    """Whether it is the id of an invite's record, by which the audit trail names the invited person."""
    record_id = ids.parse_id(text)
    return record_id is not None and store.is_invite(record_id)


def names_in_clinic(clinic_id: ObjectId, user_ids: Sequence[str]) -> dict[str, str]:
    """Names of present members, by user id."""
    members = list_members_with_ids(clinic_id, user_ids)
    return {member["userId"]: safe_reading.text(member.get("name")) or "" for member in members}


def names_of_clinicians(keys: Sequence[tuple[ObjectId, str]]) -> dict[tuple[ObjectId, str], str]:
    """Names by clinic and user id; those of removed clinicians come from the archive."""
    return people.names_by_key(store.list_clinicians(keys), "userId", "name")


def addresses_of_invites(keys: Sequence[tuple[ObjectId, str]]) -> dict[tuple[ObjectId, str], str]:
    """Addresses by clinic and id of the record."""
    return people.names_by_key(store.list_invites(keys), "_id", "email")


def names_of_members(user_ids: Sequence[str]) -> dict[str, str]:
    """Those who are members of no clinic are left out."""
    names = ((user_id, store.find_name_of_member(user_id)) for user_id in user_ids)
    return {user_id: name for user_id, name in names if isinstance(name, str) and name}


def names_of(clinic_ids: list[ObjectId]) -> dict[ObjectId, str]:
    return store.list_names(clinic_ids)


def names_of_any(clinic_ids: list[ObjectId]) -> dict[ObjectId, str]:
    """Those of deleted clinics, too, as far as the archive has them."""
    present = store.list_names(clinic_ids)
    gone = [clinic_id for clinic_id in clinic_ids if clinic_id not in present]
    archived = map(_archived, store.list_deletions(gone) if gone else ())
    return {clinic["_id"]: clinic["name"] for clinic in archived if clinic.get("name")} | present
