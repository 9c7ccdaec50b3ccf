"""Patients of a clinic for staff. Every list, page and export leaves an audit event, with ids only."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics
from kernel.db import Document
from kernel.errors import DomainError
from kernel.staff import labels, pages, paging, recents, roles, searches, subjects
from patients import fields
from patients.admin import arrivals, list_choices, list_columns, readable_patients, saved_filters
from patients.admin.patient_fields import cell, line
from patients.choices import DataProvider, SourceState
from patients.custody import is_custodial
from patients.services import data_sources, patient_counts, patient_lists
from patients.services.patient_lists import Figures

labels.add(DataProvider, "provider", "providerName")
labels.add(SourceState, labels.SOURCE_STATE)
pages.add_words({patient_counts.LIMIT_REACHED: "the plan of the clinic has no room"})
frame.add_tab(frame.Tab("clinic_patients", "Patients", roles.PATIENTS, position=20))
PAUSE = timedelta(minutes=1)  # between requests for one provider: a button is pressed twice
COLUMNS = fields.columns()
HEADER = [title for title, _ in COLUMNS]


@pages.page(
    "clinics/<str:clinic_id>/patients/",
    name="clinic_patients",
    needs=roles.PATIENTS,
    hides=list_choices.HIDDEN,
)
def listing(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    choice = list_choices.read(searches.asked(request))
    columns = list_columns.read(request.GET.getlist(list_columns.PARAMETER))
    number, size = paging.requested(request)
    page = patient_lists.list_patients(
        clinic_id=str(clinic["_id"]),
        patient_filter=choice.patient_filter,
        ordering=choice.ordering,
        skip=(number - 1) * size,
        limit=size,
    )
    pages.record_view_of_patients(
        request,
        clinic_id=clinic["_id"],
        user_ids=[document["userId"] for document in page.documents],
        searched=bool(choice.search),
    )
    return frame.render(
        request,
        clinic,
        "patients/staff/patients.html",
        tab="clinic_patients",
        paging=paging.paging(request, shown=len(page.documents), total=page.count),
        total=page.total,
        export_query=paging.query_without(request, "page", "size"),
        usual_query=paging.query_without(request, "page", list_columns.PARAMETER),
        saved=saved_filters.links(request, clinic, choice, columns),
        **list_choices.context(choice, clinic),
        **list_columns.context(columns, list(rows_of(page.documents, clinic))),
    )


@pages.page(
    "clinics/<str:clinic_id>/patients/<str:user_id>/", name="clinic_patient", needs=roles.PATIENTS
)
def detail(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    document = readable_patients.access_patient(clinic_id, user_id)
    ((_, figures),) = patient_lists.with_figures([document])
    row = _with_clinicians(request, clinic, _row(document, clinic, figures))
    pages.record_view_of_patient(request, clinic_id=clinic["_id"], user_id=user_id)
    recents.note_patient(request, clinic["_id"], user_id)
    return pages.render(
        request,
        "patients/staff/patient.html",
        title=document.get("fullName") or user_id,
        window_title="Patient",  # browsers store the titles of windows
        crumbs=[
            *frame.crumbs_of(clinic),
            pages.Crumb("Patients", reverse("admin:clinic_patients", args=[clinic["_id"]])),
        ],
        clinic=clinic,
        clinic_id=str(clinic["_id"]),
        patient=row,
        lines=[(title, line(field, row)) for title, field in fields.lines()],
        subscriptions=_subscriptions(document),
        uploads=_uploads(document),
        **arrivals.context(document, figures.last_data),
        panels=pages.PATIENT_PANELS.render(request, document),
    )


@pages.page(
    "clinics/<str:clinic_id>/patients/<str:user_id>/connect",
    name="patient_connect",
    needs=[roles.PATIENTS, roles.CARE],
    posts_only=True,
)
def connect(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    """Ask the patient to connect a device account (again)."""
    provider = request.POST.get("provider", "")
    back = reverse("admin:clinic_patient", args=[clinic_id, user_id])
    if provider not in DataProvider.values:
        pages.fail(request, "Choose a provider")
        return pages.go(back)

    def ask() -> None:
        clinic = readable_clinics.access_clinic(clinic_id)
        data_sources.request_connection(
            clinic_id=clinic_id, user_id=user_id, provider=provider, not_within=PAUSE
        )
        changes.record(
            request,
            clinic=clinic,
            action="patient.connection_requested",
            object_type="patient",
            object_id=user_id,
            scope={"provider": provider},
        )

    try:
        changes.guarded(
            request,
            clinic_id=clinic_id,
            action="patient.connection_requested",
            reason="",
            change=ask,
            subject=changes.Subject("patient", user_id),
            requested={"provider": provider},
        )
        pages.succeed(request, f"A connection request for {DataProvider(provider).label} was sent.")
    except DomainError as error:
        pages.fail(request, error)
    return pages.go(back)


def rows_of(documents: Sequence[Document], clinic: Document) -> Iterator[dict[str, Any]]:
    for document, figures in patient_lists.with_figures(documents):
        yield _row(readable_patients.patient(document), clinic, figures)


def _row(document: Document, clinic: Document, figures: Figures) -> dict[str, Any]:
    names = {tag["_id"]: tag["name"] for tag in clinic.get("patientTags") or []}
    return {
        **document,
        "id": document["userId"],
        "is_custodial": is_custodial(document),
        "tag_names": [names.get(tag, f"deleted tag {tag}") for tag in document.get("tags") or []],
        "site_names": [site["name"] for site in document.get("sites") or []],
        "granted": sorted(document.get("permissions") or {}),
        "sources": document.get("dataSources") or [],
        "figures": figures,
    }


def _with_clinicians(request: HttpRequest, clinic: Document, row: dict[str, Any]) -> dict[str, Any]:
    """With the names of those who reviewed or invited the patient, as far as the clinic knows them."""
    reviews, inviter = row.get("reviews") or [], row.get("invitedBy")
    reviewers = [review["clinicianId"] for review in reviews if review.get("clinicianId")]
    signers = [*reviewers, *([inviter] if inviter else [])]
    names = subjects.names_of_signers(request, clinic["_id"], signers)
    return {
        **row,
        "reviews": [
            {**review, "name": names.get(review.get("clinicianId", ""), "")} for review in reviews
        ],
        "inviter_name": names.get(inviter or "", ""),
    }


def cells_of(row: dict[str, Any]) -> list[Any]:
    return [cell(field, row) for _, field in COLUMNS]


def _uploads(document: Document) -> list[dict[str, Any]]:
    """For each kind of data: the times of the first and last data, of the upload, and of the summary."""
    summary = document.get("summary") or {}
    kinds = (("CGM", "cgmStats"), ("BGM", "bgmStats"))
    return [
        {"kind": kind, **((summary.get(name) or {}).get("dates") or {})}
        for kind, name in kinds
        if summary.get(name)
    ]


def _subscriptions(document: Document) -> list[dict[str, Any]]:
    subscriptions = document.get("ehrSubscriptions") or {}
    return [
        {**subscription, "name": name, "orders": len(subscription.get("matchedMessages") or []),
         "last_order": _last_order(subscription)}
        for name, subscription in sorted(subscriptions.items())
    ]  # fmt: skip


def _last_order(subscription: Document) -> str:
    """The last matched message is the current order."""
    matched = subscription.get("matchedMessages") or []
    return str(matched[-1]["id"]) if matched else ""
