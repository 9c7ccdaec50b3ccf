"""Tags and sites of a clinic: add, rename, merge, turn into a site, delete; the number of patients is always shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinics.admin import changes, clinic_pages, forms, settings
from clinics.services import access, places, sites, tags
from clinics_site.admin import pages, roles
from clinics_site.core import ids
from clinics_site.core.db import Document
from clinics_site.core.errors import BadRequest, DomainError, NotFound

TAG, SITE = "tag", "site"
NO_REASON = "A reason or ticket number is needed; nothing was changed"


@dataclass(frozen=True, slots=True)
class Label:
    id: ObjectId
    name: str
    patients: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one button does: the service's call, and what the person is told afterwards."""

    action: str
    run: Callable[[], object]
    done: str
    needs_reason: bool = False


@pages.page("clinics/<str:clinic_id>/labels/", name="clinic_labels", needs=roles.FIND)
def listing(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = access.access_clinic(clinic_id)
    found = _labels(clinic)
    return clinic_pages.render(
        request,
        clinic,
        "clinics/staff/labels.html",
        tab="clinic_labels",
        kinds=[
            {"kind": TAG, "title": "Tags", "labels": found[TAG]},
            {"kind": SITE, "title": "Sites", "labels": found[SITE]},
        ],
    )


@pages.page(
    "clinics/<str:clinic_id>/labels/<str:kind>/add",
    name="label_add",
    needs=roles.SETTINGS,
    posts_only=True,
)
def add(request: HttpRequest, clinic_id: str, kind: str) -> HttpResponseBase:
    form = forms.NameForm(request.POST)
    back = reverse("admin:clinic_labels", args=[clinic_id])
    if not form.is_valid():
        pages.fail(request, f"A {kind} needs a name of at most 200 characters")
        return pages.go(back)
    name = form.cleaned_data["name"]
    create = {TAG: tags.create_tag, SITE: sites.create_site}.get(kind)
    if create is None:
        raise NotFound
    change = Change(
        f"{kind}.created", lambda: create(clinic_id=clinic_id, name=name), f"The {kind} was added."
    )
    return _apply(request, clinic_id, change, back=back, done_url=back)


@pages.page(
    "clinics/<str:clinic_id>/labels/<str:kind>/<str:label_id>/", name="label", needs=roles.SETTINGS
)
def edit(request: HttpRequest, clinic_id: str, kind: str, label_id: str) -> HttpResponseBase:
    clinic = access.access_clinic(clinic_id)
    label = _find(clinic, kind, label_id)
    back = reverse("admin:clinic_labels", args=[clinic_id])
    if request.method == "POST":
        try:
            change = _change(request, clinic, kind, label)
        except DomainError as error:
            pages.fail(request, error)
            return pages.go(request.path)
        return _apply(request, clinic_id, change, back=request.path, done_url=back)
    return pages.render(
        request,
        "clinics/staff/label.html",
        title=f"{kind.capitalize()} {label.name}",
        crumbs=[*settings.crumbs_of(clinic), pages.Crumb("Tags and sites", back)],
        kind=kind,
        label=label,
        others=[other for other in _labels(clinic)[SITE] if other.id != label.id],
        back=back,
    )


def _change(request: HttpRequest, clinic: Document, kind: str, label: Label) -> Change:
    """What the pressed button asks for. Raises BadRequest."""
    clinic_id, given = clinic["_id"], request.POST
    match given.get("do"), kind:
        case "rename", _:
            return _renaming(clinic_id, kind, label, given.get("name", "").strip())
        case "merge", "site":
            return _merging(clinic, label, given.get("target", ""))
        case "convert", "tag":
            return Change(
                "tag.converted",
                lambda: sites.convert_tag(clinic_id=clinic_id, tag_id=label.id),
                "The tag is a site now.",
                needs_reason=True,
            )
        case "delete", _:
            return _deletion(clinic_id, kind, label)
    reason = "choose what to do"
    raise BadRequest(reason)


def _deletion(clinic_id: ObjectId, kind: str, label: Label) -> Change:
    def delete() -> None:
        if kind == TAG:
            tags.delete_tag(clinic_id=clinic_id, tag_id=label.id)
        else:
            sites.delete_site(clinic_id=clinic_id, site_id=label.id)

    return Change(f"{kind}.deleted", delete, f"The {kind} was deleted.", needs_reason=True)


def _renaming(clinic_id: ObjectId, kind: str, label: Label, name: str) -> Change:
    if not name or len(name) > 200:
        reason = "a name has 1 to 200 characters"
        raise BadRequest(reason)
    if kind == TAG:
        return Change(
            "tag.renamed",
            lambda: tags.rename_tag(clinic_id=clinic_id, tag_id=label.id, name=name),
            "The tag was renamed.",
        )
    return Change(
        "site.renamed",
        lambda: sites.rename_site(clinic_id=clinic_id, site_id=label.id, name=name),
        "The site was renamed, also in its patients.",
    )


def _merging(clinic: Document, label: Label, target: str) -> Change:
    found = _find(clinic, SITE, target)
    return Change(
        "site.merged",
        lambda: sites.merge_site(clinic_id=clinic["_id"], target_id=found.id, source_id=label.id),
        f"The patients of {label.name} are in {found.name} now.",
        needs_reason=True,
    )


def _apply(
    request: HttpRequest, clinic_id: str, change: Change, *, back: str, done_url: str
) -> HttpResponseBase:
    reason = request.POST.get("reason", "").strip()[:500]
    if change.needs_reason and not reason:
        pages.fail(request, NO_REASON)
        return pages.go(back)
    try:
        changes.change_clinic(
            request,
            clinic_id=clinic_id,
            action=change.action,
            part=_names_of,
            opened_on=None,
            change=change.run,
            reason=reason,
        )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(back)
    pages.succeed(request, change.done)
    return pages.go(done_url)


def _names_of(clinic: Document) -> dict[str, Any]:
    return {
        "tags": [tag["name"] for tag in clinic.get("patientTags") or []],
        "sites": [site["name"] for site in clinic.get("sites") or []],
    }


def _labels(clinic: Document) -> dict[str, list[Label]]:
    of_tags, of_sites = places.count_places([clinic])
    return {
        TAG: [
            Label(tag["_id"], tag["name"], of_tags.get(tag["_id"], 0))
            for tag in clinic.get("patientTags") or []
        ],
        SITE: [
            Label(site["id"], site["name"], of_sites.get(site["id"], 0))
            for site in clinic.get("sites") or []
        ],
    }


def _find(clinic: Document, kind: str, label_id: str) -> Label:
    wanted = ids.parse_id(label_id)
    for label in _labels(clinic).get(kind, []):
        if label.id == wanted:
            return label
    raise NotFound
