"""Saved views of a clinic's list of patients: what it is narrowed by, its order and its columns under a name, for one
member or shared within the clinic (rules PATIENT-189 to PATIENT-195)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from kernel import clock, db, ids
from kernel.db import Document
from kernel.errors import ConstraintViolation, Duplicate, Forbidden, NotFound
from patients.store import list_views as store

MOST_OWN, MOST_SHARED = 50, 100
NOT_FOUND = "view not found"
TAKEN = "a view with this name exists"
FULL = "there are as many views as there may be"
NOT_YOURS = "a shared view is changed by the member who made it, and by admins"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member of a clinic, or of a group that looks at its patients from outside: they see their own views and those
    that the clinic, or their group, shares."""

    clinic_id: ObjectId
    user_id: str
    is_admin: bool
    group: str | None = None

    def owner(self, *, is_shared: bool) -> str | None:
        return self.group if is_shared else self.user_id

    def shelf(self, *, is_shared: bool) -> str:
        return store.shelf_id(self.clinic_id, self.owner(is_shared=is_shared))


@dataclass(frozen=True, slots=True)
class ViewDetails:
    """`conditions`: parameters of the list, which were checked, and their texts."""

    name: str
    is_shared: bool
    conditions: Mapping[str, str]
    columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class View:
    """`stored` as it is in its shelf."""

    stored: Document
    is_shared: bool


def list_views(viewer: Viewer) -> list[View]:
    """The viewer's own views, then the shared ones, each by name."""
    shelves = {is_shared: viewer.shelf(is_shared=is_shared) for is_shared in (False, True)}
    found = {shelf["_id"]: shelf["views"] for shelf in store.list_shelves(list(shelves.values()))}
    return [
        View(stored, is_shared)
        for is_shared, shelf in shelves.items()
        for stored in sorted(
            found.get(shelf, []), key=lambda view: (_key(view["name"]), view["id"])
        )
    ]


def access_view(viewer: Viewer, view_id: str) -> View:
    """Raises NotFound, also for one that another member keeps for themselves."""
    wanted = ids.parse_id(view_id)
    for view in list_views(viewer):
        if view.stored["id"] == wanted:
            return view
    raise NotFound(message=NOT_FOUND)


def create_view(viewer: Viewer, details: ViewDetails) -> View:
    """Raises Duplicate for a name that the shelf has, and ConstraintViolation if it is full, however many are made at
    the same moment."""
    moment = clock.now()
    stored = {"id": ids.new_id(), "ownerId": viewer.user_id, "createdTime": moment}
    view = View({**stored, **_written(details), "updatedTime": moment}, details.is_shared)
    ensure_shelf(viewer, is_shared=details.is_shared)
    db.run_in_transaction(lambda: _add(viewer, view))
    return view


def update_view(viewer: Viewer, view_id: str, details: ViewDetails) -> View:
    """Replaces all of it. Raises as `create_view`, NotFound, and Forbidden for a shared view of someone else."""
    ensure_shelf(viewer, is_shared=details.is_shared)

    def update() -> View:
        before = _access_own(viewer, view_id)
        owner = before.stored["ownerId"] if details.is_shared else viewer.user_id
        changed = {
            **before.stored,
            **_written(details),
            "updatedTime": clock.now(),
            "ownerId": owner,
        }
        view = View(changed, details.is_shared)
        if before.is_shared == details.is_shared:
            _check_name(viewer, view)
            store.replace_view(viewer.shelf(is_shared=view.is_shared), changed)
        else:
            store.remove_view(viewer.shelf(is_shared=before.is_shared), changed["id"])
            _add(viewer, view)
        return view

    updated: View = db.run_in_transaction(update)
    return updated


def delete_view(viewer: Viewer, view_id: str) -> None:
    """Raises NotFound, and Forbidden for a shared view of someone else."""
    view = _access_own(viewer, view_id)
    store.remove_view(viewer.shelf(is_shared=view.is_shared), view.stored["id"])


def forget_clinic(clinic_id: ObjectId) -> None:
    store.remove_all_of_clinic(clinic_id)


def forget_member(clinic_id: ObjectId, user_id: str) -> None:
    """What the member shared stays; admins can remove it."""
    store.remove_shelf(store.shelf_id(clinic_id, user_id))


def _access_own(viewer: Viewer, view_id: str) -> View:
    """One that the viewer may change."""
    view = access_view(viewer, view_id)
    if view.stored["ownerId"] != viewer.user_id and not viewer.is_admin:
        raise Forbidden(NOT_YOURS)
    return view


def ensure_shelf(viewer: Viewer, *, is_shared: bool) -> None:
    """Before the transaction of a caller who has one of its own."""
    store.ensure_shelf(viewer.clinic_id, viewer.owner(is_shared=is_shared))


def _add(viewer: Viewer, view: View) -> None:
    """In a transaction: of two that change one shelf at the same moment one starts again."""
    others = _check_name(viewer, view)
    if len(others) >= (MOST_SHARED if view.is_shared else MOST_OWN):
        raise ConstraintViolation(FULL)
    store.add_view(viewer.shelf(is_shared=view.is_shared), view.stored)


def _check_name(viewer: Viewer, view: View) -> list[Document]:
    """The other views of its shelf."""
    shelves = store.list_shelves([viewer.shelf(is_shared=view.is_shared)])
    others = [
        other for shelf in shelves for other in shelf["views"] if other["id"] != view.stored["id"]
    ]
    if _key(view.stored["name"]) in {_key(other["name"]) for other in others}:
        raise Duplicate(message=TAKEN)
    return others


def _key(name: str) -> str:
    return name.casefold()


def _written(details: ViewDetails) -> dict[str, Any]:
    """Names of parameters have dots, so they are values, and no names of fields."""
    conditions = [{"name": name, "value": value} for name, value in details.conditions.items()]
    return {"name": details.name, "conditions": conditions, "columns": list(details.columns)}
