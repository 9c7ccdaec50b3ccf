"""What staff narrow a clinic's list of patients by, its order and its columns, under a name: for one person or for all
staff (rules PATIENT-223 to PATIENT-227). Kept as the saved views of clinics are (decision 0029)."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics
from kernel import db
from kernel.db import Document
from kernel.errors import ConstraintViolation, DomainError, Duplicate, Forbidden
from kernel.staff import pages, roles
from kernel.staff.fields import StaffForm, Text
from patients.admin import list_choices, list_columns
from patients.admin.list_choices import Choice
from patients.admin.list_columns import Columns
from patients.services import list_views
from patients.services.list_views import View, ViewDetails, Viewer

STAFF = "staff"
SAVED, CHANGED, REMOVED = "filter.saved", "filter.changed", "filter.removed"
# What the service says of views.
_WORDS: Mapping[type[DomainError], str] = {
    Forbidden: "a filter that all staff see is changed by the person who made it, and by superusers",
    Duplicate: "a filter with this name exists",
    ConstraintViolation: "there are as many filters as there may be",
}


class FilterForm(StaffForm):
    name = Text(
        ("patientView.v1", "name"), label="Name", help_text="No names or other data of patients."
    )
    shared = forms.BooleanField(label="All staff see it", required=False)


# --- the list of patients -------------------------------------------------------------------------
def links(
    request: HttpRequest, clinic: Document, choice: Choice, columns: Columns
) -> list[tuple[str, str, bool]]:
    """(address, name, whether the list is shown so now) of each that the person sees."""
    shown = (choice.conditions, columns)
    return [
        (
            _address(clinic, view),
            view.stored["name"],
            (_conditions(view), _columns(view)) == shown,
        )
        for view in list_views.list_views(_viewer(request, clinic))
    ]


def _address(clinic: Document, view: View) -> str:
    """What a filter of today does not know any more sets no condition."""
    return f"{_list_of(clinic)}?{urlencode([*_conditions(view).items(), *_columns(view).query])}"


def _conditions(view: View) -> dict[str, str]:
    return {condition["name"]: condition["value"] for condition in view.stored["conditions"]}


def _columns(view: View) -> Columns:
    return list_columns.read(view.stored["columns"])


def _list_of(clinic: Document) -> str:
    return reverse("admin:clinic_patients", args=[clinic["_id"]])


def _viewer(request: HttpRequest, clinic: Document) -> Viewer:
    is_superuser = bool(getattr(request.user, "is_superuser", False))
    return Viewer(clinic["_id"], pages.signature(request), is_superuser, group=STAFF)


# --- the pages ------------------------------------------------------------------------------------
@pages.page(
    "clinics/<str:clinic_id>/patients/filters",
    name="clinic_patients_filters",
    needs=roles.PATIENTS,
    hides=list_choices.HIDDEN,
    begins_at="clinic_patients",
)
def listing(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """All of them, and the present one to be saved."""
    clinic = readable_clinics.access_clinic(clinic_id)
    is_sent = request.method == "POST"
    asked = request.POST if is_sent else request.GET
    choice = list_choices.read(asked.dict())
    columns = list_columns.read(asked.getlist(list_columns.PARAMETER))
    form = FilterForm(request.POST if is_sent else None)
    if form.is_valid():
        problem = _save(request, clinic, form.cleaned_data, choice, columns)
        if not problem:
            pages.succeed(request, "It is saved.")
            return _to_listing(clinic)
        form.add_error("name", pages.sentence(problem))
    viewer = _viewer(request, clinic)
    return pages.render(
        request,
        "patients/staff/saved_filters.html",
        title="Saved filters",
        crumbs=[*frame.crumbs_of(clinic), pages.Crumb("Patients", _list_of(clinic))],
        clinic_id=str(clinic["_id"]),
        form=form,
        choice=choice,
        columns=columns,
        chosen=_in_words(choice, columns, clinic),
        rows=[_row(viewer, clinic, view) for view in list_views.list_views(viewer)],
        status=400 if is_sent else 200,
    )


def _in_words(choice: Choice, columns: Columns, clinic: Document) -> list[tuple[str, str]]:
    order = ("Sorted by", choice.order_in_words)
    return [*choice.in_words(clinic), order, *columns.in_words]


def _row(viewer: Viewer, clinic: Document, view: View) -> dict[str, Any]:
    choice = list_choices.read_kept(_conditions(view))
    initial = {"name": view.stored["name"], "shared": view.is_shared}
    return {
        "id": str(view.stored["id"]),
        "url": _address(clinic, view),
        "name": view.stored["name"],
        "is_shared": view.is_shared,
        "words": _in_words(choice, _columns(view), clinic),
        "form": FilterForm(initial=initial, auto_id=f"id_%s_{view.stored['id']}"),
        "may_change": viewer.is_admin or view.stored["ownerId"] == viewer.user_id,
    }


def _save(
    request: HttpRequest,
    clinic: Document,
    said: Mapping[str, Any],
    choice: Choice,
    columns: Columns,
) -> str:
    """Why it cannot be saved; empty if it is."""
    viewer = _viewer(request, clinic)
    details = ViewDetails(said["name"], said["shared"], choice.conditions, columns.names)
    return _try(
        request,
        clinic,
        SAVED,
        lambda: list_views.create_view(viewer, details),
        is_shared=details.is_shared,
    )


@pages.page(
    "clinics/<str:clinic_id>/patients/filters/<str:view_id>",
    name="clinic_patients_filter",
    needs=roles.PATIENTS,
    posts_only=True,
)
def change(request: HttpRequest, clinic_id: str, view_id: str) -> HttpResponseBase:
    """Another name, or for others to see; what it narrows by stays, and so do its columns."""
    clinic = readable_clinics.access_clinic(clinic_id)
    viewer, form = _viewer(request, clinic), FilterForm(request.POST)
    view = list_views.access_view(viewer, view_id)
    if not form.is_valid():
        pages.fail(request, form.first_error)
        return _to_listing(clinic)
    said = form.cleaned_data
    details = ViewDetails(said["name"], said["shared"], _conditions(view), view.stored["columns"])
    return _change(
        request,
        clinic,
        CHANGED,
        lambda: list_views.update_view(viewer, view_id, details),
        is_shared=details.is_shared,
        done="It is changed.",
    )


@pages.page(
    "clinics/<str:clinic_id>/patients/filters/<str:view_id>/remove",
    name="clinic_patients_filter_remove",
    needs=roles.PATIENTS,
    posts_only=True,
)
def remove(request: HttpRequest, clinic_id: str, view_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    viewer = _viewer(request, clinic)
    view = list_views.access_view(viewer, view_id)
    return _change(
        request,
        clinic,
        REMOVED,
        lambda: list_views.delete_view(viewer, view_id),
        is_shared=view.is_shared,
        done="It is removed.",
    )


def _change(
    request: HttpRequest,
    clinic: Document,
    action: str,
    change: Callable[[], object],
    *,
    is_shared: bool,
    done: str,
) -> HttpResponseBase:
    problem = _try(request, clinic, action, change, is_shared=is_shared)
    if problem:
        pages.fail(request, problem)
    else:
        pages.succeed(request, done)
    return _to_listing(clinic)


def _try(
    request: HttpRequest,
    clinic: Document,
    action: str,
    change: Callable[[], object],
    *,
    is_shared: bool,
) -> str:
    """Why it is refused; empty if it is done, with its event, which has no name: someone might type that of a
    patient."""

    def apply() -> None:
        change()
        changes.record(request, clinic=clinic, action=action, scope={"shared": is_shared})

    list_views.ensure_shelf(_viewer(request, clinic), is_shared=is_shared)
    try:
        db.run_in_transaction(apply)
    except DomainError as error:
        return _WORDS.get(type(error), error.message)
    return ""


def _to_listing(clinic: Document) -> HttpResponseBase:
    return pages.go(reverse("admin:clinic_patients_filters", args=[clinic["_id"]]))
