"""Members of clinics and pending invites (rules CLINIC-93 to CLINIC-114).

A clinic's `admins` lists those of its clinicians who are admins. Both change in one transaction, and a change that
takes the role from someone requires that another admin remains: a clinic without an admin cannot help itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from clinic_records.documents import ClinicDocument, ClinicianDocument
from clinic_records.services import access, closures
from clinics.events import ClinicianSaved, InviteRemoved, RolesChanged
from clinics.store import clinicians as store
from clinics.store import clinics as clinic_store
from kernel import addresses, clock, db, ids, outbox, page_limits, safe_reading, texts
from kernel.choices import ClinicianRole
from kernel.errors import BadRequest, ConstraintViolation, Duplicate, NotFound
from patients.services import kept_files, list_views
from users.services import people

NOT_FOUND = "clinician not found"
ALREADY_MEMBER = "clinician is already a member of the clinic"
TOO_MANY_ADMINS = "the clinic already has the maximum number of admins"
NEITHER = "a clinician needs an id or an inviteId"
LAST_ADMIN = "the clinic must have at least one admin"
MOST_ADMINS_MAILED = 100


@dataclass(frozen=True, slots=True)
class ClinicianDetails:
    """A member has a user id, an invite an invite id; a service account has no address. `email` is canonical."""

    roles: Sequence[str]
    email: str | None = None
    name: str | None = None
    user_id: str | None = None
    invite_id: str | None = None
    is_service_account: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    clinic: ClinicDocument
    clinician: ClinicianDocument


# --- finding --------------------------------------------------------------------------------------
def find_clinician(clinic_id: str | ObjectId, user_id: str) -> ClinicianDocument | None:
    parsed_id = ids.parse_id(clinic_id)
    return store.find_clinician(parsed_id, user_id) if parsed_id else None


def access_clinician(clinic_id: str | ObjectId, user_id: str) -> ClinicianDocument:
    """Raises NotFound."""
    return _existing(find_clinician(clinic_id, user_id))


def access_invite(clinic_id: str | ObjectId, invite_id: str) -> ClinicianDocument:
    """Raises NotFound."""
    parsed_id = ids.parse_id(clinic_id)
    return _existing(store.find_invite(parsed_id, invite_id) if parsed_id else None)


def _existing(document: ClinicianDocument | None) -> ClinicianDocument:
    if document is None:
        raise NotFound(message=NOT_FOUND)
    return document


def list_clinicians(
    clinic_id: str | ObjectId,
    *,
    search: str | None = None,
    email: str | None = None,
    role: str | None = None,
    skip: int = 0,
    limit: int = 0,
) -> list[ClinicianDocument]:
    """Members and pending invites, newest first; none for an unknown clinic. `limit` 0: all."""
    parsed_id = ids.parse_id(clinic_id)
    if parsed_id is None:
        return []
    filters = {"search": search, "email": email, "role": role}
    return page_limits.read(
        limit, lambda most: store.list_clinicians(parsed_id, **filters, skip=skip, limit=most)
    )


def is_member(clinician: ClinicianDocument) -> bool:
    """Whether the clinician has joined, and is not just invited."""
    return bool(clinician.get("userId"))


def list_addresses_of_admins(clinic_id: str | ObjectId) -> list[str]:
    """Canonical addresses of the members among the newest 100 admins, for a mail to each. Someone who is only invited
    may never join, so has none here; nor has a record whose address is not valid."""
    admins = list_clinicians(clinic_id, role=ClinicianRole.ADMIN, limit=MOST_ADMINS_MAILED)
    known = (addresses.account_address(a.get("email")) for a in admins if is_member(a))
    return [address for address in known if address is not None]


def list_waiting_invites(invites: Mapping[str, str]) -> set[str]:
    """`invites`: invite id -> clinic id. Returns the ids of those that are still pending."""
    pairs = [
        (clinic_id, invite_id)
        for invite_id, text in invites.items()
        if (clinic_id := ids.parse_id(text))
    ]
    return store.list_invite_ids(pairs) if pairs else set()


def list_memberships(user_id: str, *, skip: int = 0, limit: int = 0) -> list[Membership]:
    """The user's clinics, newest membership first."""
    memberships = page_limits.read(
        limit, lambda most: store.list_memberships(user_id, skip=skip, limit=most)
    )
    return _with_clinics(memberships)


def list_all_memberships(
    *, created_from: datetime | None, created_before: datetime | None, skip: int, limit: int
) -> list[Membership]:
    """Clinicians and invites of all clinics, newest first."""
    start = None if created_from == clock.ZERO else created_from
    end = None if created_before == clock.ZERO else created_before
    created = page_limits.read(
        limit, lambda most: store.list_created_between(start, end, skip=skip, limit=most)
    )
    return _with_clinics(created)


def _with_clinics(clinicians: Sequence[ClinicianDocument]) -> list[Membership]:
    """A membership whose clinic is gone is left out."""
    clinic_ids = {clinician["clinicId"] for clinician in clinicians}
    clinics = {clinic["_id"]: clinic for clinic in access.list_clinics_by_ids(clinic_ids)}
    return [
        Membership(clinics[clinician["clinicId"]], clinician)
        for clinician in clinicians
        if clinician["clinicId"] in clinics
    ]


# --- creating -------------------------------------------------------------------------------------
def create_clinician(
    *,
    clinic_id: str | ObjectId,
    details: ClinicianDetails,
    then: Callable[[ClinicianDocument], None] = lambda _: None,
) -> ClinicianDocument:
    """With a user id, a member at once; otherwise a pending invite, which does not change the admins. Raises BadRequest
    if there is neither user id nor invite id: no one could accept or withdraw the record. `then` is called in the
    transaction that stores it."""
    clinic = access.access_migrated_clinic(clinic_id)
    closures.require_open(clinic["_id"])
    if not (details.user_id or (details.invite_id or "").strip()):
        raise BadRequest(NEITHER)
    document = _new_clinician(clinic["_id"], details)

    def create() -> None:
        store.insert_clinician(document)
        if details.user_id:
            _mirror_role(document)
            _emit_saved(document)
        then(document)

    _run_unique(create)
    return document


def _new_clinician(clinic_id: ObjectId, details: ClinicianDetails) -> ClinicianDocument:
    moment = clock.now()
    optional = {
        "userId": details.user_id or None,
        "inviteId": details.invite_id or None,
        "email": details.email or None,
        "isServiceAccount": details.is_service_account or None,
    }
    document: dict[str, Any] = {
        "_id": ids.new_id(),
        "clinicId": clinic_id,
        "name": texts.written_elsewhere(details.name),
        "roles": list(details.roles),
        "createdTime": moment,
        "updatedTime": moment,
        # The unique indexes include fields that are null, so an absent id must not be stored as null.
        **{name: value for name, value in optional.items() if value is not None},
    }
    return ClinicianDocument(document)


def _run_unique(change: Any) -> Any:
    try:
        return db.run_in_transaction(change)
    except DuplicateKeyError:
        raise Duplicate(ALREADY_MEMBER) from None


# --- changing -------------------------------------------------------------------------------------
def update_clinician(
    *,
    clinic_id: str | ObjectId,
    user_id: str,
    roles: Sequence[str],
    name: str | None,
    updated_by: str,
) -> ClinicianDocument:
    """Update roles and name of a member; a changed set of roles adds an entry to the record's history."""
    clinic = access.access_migrated_clinic(clinic_id)

    def update() -> ClinicianDocument:
        stored = _existing(store.find_clinician(clinic["_id"], user_id))
        return _write_roles(stored, roles, name, updated_by)

    updated: ClinicianDocument = db.run_in_transaction(update)
    return updated


def _write_roles(
    stored: ClinicianDocument, roles: Sequence[str], name: str | None, updated_by: str
) -> ClinicianDocument:
    before = safe_reading.texts(stored.get("roles"))
    changed = set(roles) != set(before)
    # If the number of roles is unchanged, other readers of the collection expect alphabetical order.
    after = sorted(roles) if len(roles) == len(before) else list(roles)
    fields = {"roles": after, "name": texts.written_elsewhere(name), "updatedTime": clock.now()}
    if changed:
        fields |= store.longer_history(stored, {"roles": after, "updatedBy": updated_by})
    updated = _existing(store.set_clinician(stored["_id"], fields))
    _mirror_role(updated)
    _emit_saved(updated)
    if changed:
        outbox.emit(RolesChanged(**_ids_of(updated), updated_by=updated_by, roles=after))
    return updated


def associate_clinician(
    *, clinic_id: str | ObjectId, invite_id: str, user_id: str, name: str | None = None
) -> ClinicianDocument:
    """Turn an invite into a member, whose roles are in force from now on. The address remains that of the invite.

    `name`: the name in the profile, "" for none; if it is None, the profile is read here.
    """
    clinic = access.access_migrated_clinic(clinic_id)
    closures.require_open(clinic["_id"])
    if not ids.is_user_id(user_id):
        reason = "a user id is required"
        raise BadRequest(reason)
    fields: dict[str, Any] = {"userId": user_id}
    name = people.find_full_name(user_id) if name is None else name
    if name:
        fields["name"] = name

    def associate() -> ClinicianDocument:
        changes = {**fields, "updatedTime": clock.now()}
        member = _existing(store.claim_invite(clinic["_id"], invite_id, changes))
        _mirror_role(member)
        _emit_saved(member)
        return member

    member: ClinicianDocument = _run_unique(associate)
    return member


# --- removing -------------------------------------------------------------------------------------
def remove_clinician(
    *, clinic_id: str | ObjectId, user_id: str, deleted_by: str | None = None
) -> None:
    clinic = access.access_migrated_clinic(clinic_id)

    def remove() -> None:
        removed = _existing(store.remove_clinician(clinic["_id"], user_id))
        archive([removed], deleted_by=deleted_by)
        list_views.forget_member(clinic["_id"], user_id)
        kept_files.forget_member(clinic["_id"], user_id)
        _require_other_admin(clinic["_id"], user_id)

    db.run_in_transaction(remove)


def remove_invite(
    *, clinic_id: str | ObjectId, invite_id: str, deleted_by: str | None = None
) -> None:
    """Other records of the invitation follow by an event. An invite leaves a tombstone only if it is known who
    (`deleted_by`) withdrew it; the tombstone does not contain the key, which was the secret in the mail."""
    clinic = access.access_migrated_clinic(clinic_id)

    def remove() -> None:
        removed = _existing(store.remove_invite(clinic["_id"], invite_id))
        if deleted_by is not None:
            without_key = {name: v for name, v in removed.items() if name != "inviteId"}
            archive([ClinicianDocument(without_key)], deleted_by=deleted_by)
        outbox.emit(InviteRemoved(clinic_id=str(clinic["_id"]), invite_id=invite_id))

    db.run_in_transaction(remove)


def archive(clinicians: Iterable[ClinicianDocument], *, deleted_by: str | None) -> None:
    """Store tombstones of removed clinicians, in the transaction that removes them."""
    deletion: dict[str, Any] = {"deletedTime": clock.now()}
    if deleted_by is not None:
        deletion["deletedByUserId"] = deleted_by
    store.insert_deletions(
        [{"_id": ids.new_id(), **deletion, "clinician": clinician} for clinician in clinicians]
    )


# --- admins ---------------------------------------------------------------------------------------
def _mirror_role(clinician: ClinicianDocument) -> None:
    clinic_id, user_id = clinician["clinicId"], clinician["userId"]
    if ClinicianRole.ADMIN in clinician["roles"]:
        if not clinic_store.add_admin(clinic_id, user_id, clock.now()):
            raise ConstraintViolation(TOO_MANY_ADMINS)
    else:
        _require_other_admin(clinic_id, user_id)


def _require_other_admin(clinic_id: ObjectId, user_id: str) -> None:
    if not clinic_store.remove_admin_if_another_remains(clinic_id, user_id, clock.now()):
        raise ConstraintViolation(LAST_ADMIN)


def _emit_saved(clinician: ClinicianDocument) -> None:
    outbox.emit(ClinicianSaved(**_ids_of(clinician)))


def _ids_of(clinician: Mapping[str, Any]) -> dict[str, str]:
    return {"clinic_id": str(clinician["clinicId"]), "user_id": clinician["userId"]}
