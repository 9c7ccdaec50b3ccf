"""The one way to a clinic and to somebody's roles in it."""

from collections.abc import Iterable

from bson import ObjectId

from clinics.store import clinicians as clinician_store
from clinics.store import clinics as store
from clinics_site.core import ids
from clinics_site.core.db import Document
from clinics_site.core.errors import ConstraintViolation, NotFound

CLINIC_NOT_FOUND = "clinic not found"


def find_clinician_roles(clinic_id: str, user_id: str) -> frozenset[str]:
    """Empty for a stranger, and for a clinic that does not exist."""
    found = ids.parse_id(clinic_id)
    return frozenset(clinician_store.find_roles(found, user_id)) if found else frozenset()


class RolesLookup:
    """`find_clinician_roles` as a part of somebody else's look-up of a person."""

    @staticmethod
    def stage(clinic_id: str) -> Document | None:
        """None for what is no clinic's id."""
        found = ids.parse_id(clinic_id)
        return clinician_store.roles_lookup(found) if found else None

    @staticmethod
    def roles(row: Document) -> frozenset[str]:
        return frozenset(role for one in row["clinicians"] for role in one.get("roles") or ())


ROLES_LOOKUP = RolesLookup()


def find_clinic(clinic_id: str | ObjectId) -> Document | None:
    found = ids.parse_id(clinic_id)
    return store.find_clinic(found) if found else None


def access_clinic(clinic_id: str | ObjectId) -> Document:
    """Raises NotFound."""
    document = find_clinic(clinic_id)
    if document is None:
        raise NotFound(message=CLINIC_NOT_FOUND)
    return document


def access_counted_clinic(clinic_id: str) -> Document:
    """With the kept counts of its patients in `counts`. Raises NotFound."""
    found = ids.parse_id(clinic_id)
    document = store.find_clinic_with_counts(found) if found else None
    if document is None:
        raise NotFound(message=CLINIC_NOT_FOUND)
    return document


def access_migrated_clinic(clinic_id: str | ObjectId) -> Document:
    """A clinic whose members may change. Before the migration of a legacy account they may not."""
    document = access_clinic(clinic_id)
    if not document.get("isMigrated"):
        msg = "clinic is not migrated"
        raise ConstraintViolation(msg)
    return document


def list_clinics_by_ids(clinic_ids: Iterable[str | ObjectId]) -> list[Document]:
    """Those that exist, in no particular order."""
    wanted = [found for found in map(ids.parse_id, clinic_ids) if found is not None]
    return store.list_by_ids(wanted) if wanted else []
