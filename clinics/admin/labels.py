"""Tags and sites of a clinic: add, rename, merge, turn into a site, delete; the number of patients is always shown."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics
from clinics.admin import forms
from clinics.services import sites, tags
from kernel import ids
from kernel.db import Document
from kernel.errors import BadRequest, DomainError, NotFound
from kernel.staff import pages, roles
from kernel.staff.fields import ReasonForm, StaffForm
from patients.services import tags_and_sites

frame.add_tab(frame.Tab("clinic_labels", "Tags and sites", roles.FIND, position=40))
TAG, SITE = "tag", "site"
ID_NAMES = {TAG: "_id", SITE: "id"}
NAME_FORMS: dict[str, type[StaffForm]] = {TAG: forms.TagForm, SITE: forms.SiteForm}


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
    wanted: dict[str, Any] = field(default_factory=dict)


@pages.page("clinics/<str:clinic_id>/labels/", name="clinic_labels", needs=roles.FIND)
def listing(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    return _listing(request, readable_clinics.access_clinic(clinic_id))


def _listing(
    request: HttpRequest, clinic: Document, refused: dict[str, StaffForm] | None = None
) -> HttpResponseBase:
    """With what was refused, a form of one of the kinds, in its place."""
    labels = _labels(clinic)
    shown = {kind: form(auto_id=f"new-{kind}-%s") for kind, form in NAME_FORMS.items()}
    shown |= refused or {}
    return frame.render(
        request,
        clinic,
        "clinics/staff/labels.html",
        tab="clinic_labels",
        kinds=[
            {"kind": TAG, "title": "Tags", "labels": labels[TAG], "form": shown[TAG]},
            {"kind": SITE, "title": "Sites", "labels": labels[SITE], "form": shown[SITE]},
        ],
        status=400 if refused else 200,
    )


@pages.page(
    "clinics/<str:clinic_id>/labels/<str:kind>/add",
    name="label_add",
    needs=roles.SETTINGS,
    posts_only=True,
)
def add(request: HttpRequest, clinic_id: str, kind: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    create = {TAG: tags.create_tag, SITE: sites.create_site}.get(kind)
    if create is None:
        raise NotFound
    form = NAME_FORMS[kind](request.POST, auto_id=f"new-{kind}-%s")
    if not form.is_valid():
        return _listing(request, clinic, {kind: form})
    name, back = form.cleaned_data["name"], reverse("admin:clinic_labels", args=[clinic_id])
    change = Change(
        f"{kind}.created",
        lambda: create(clinic_id=clinic_id, name=name)[ID_NAMES[kind]],
        f"The {kind} was added.",
        wanted={"name": name},
    )
    about = changes.Subject(kind, "", name)
    return _apply(request, clinic_id, change, about, back=back, done_url=back, reason="")


@pages.page(
    "clinics/<str:clinic_id>/labels/<str:kind>/<str:label_id>/", name="label", needs=roles.SETTINGS
)
def edit(request: HttpRequest, clinic_id: str, kind: str, label_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    label = _find(clinic, kind, label_id)
    back = reverse("admin:clinic_labels", args=[clinic_id])
    shown = _forms(kind, label, request.POST)
    pressed = shown.get(request.POST.get("do", ""))
    if request.method == "POST" and (pressed is None or pressed.is_valid()):
        try:
            change = _change(request, clinic, kind, label, pressed)
        except DomainError as error:
            pages.fail(request, error)
            return pages.go(request.path)
        reason = pressed.cleaned_data.get("reason", "") if pressed else ""
        about = changes.Subject(kind, str(label.id), label.name)
        return _apply(
            request, clinic_id, change, about, back=request.path, done_url=back, reason=reason
        )
    return pages.render(
        request,
        "clinics/staff/label.html",
        title=f"{kind.capitalize()} {label.name}",
        crumbs=[*frame.crumbs_of(clinic), pages.Crumb("Tags and sites", back)],
        kind=kind,
        label=label,
        others=[other for other in _labels(clinic)[SITE] if other.id != label.id],
        back=back,
        forms=shown,
        status=400 if pressed and pressed.errors else 200,
    )


def _forms(kind: str, label: Label, posted: QueryDict) -> dict[str, StaffForm]:
    """One for each button; the one whose button was pressed holds what was typed."""
    pressed = posted.get("do")

    def of(button: str, form: type[StaffForm], **options: Any) -> StaffForm:
        return form(posted if button == pressed else None, auto_id=f"{button}-%s", **options)

    with_reason = {button: of(button, ReasonForm) for button in ("merge", "convert", "delete")}
    return {"rename": of("rename", NAME_FORMS[kind], initial={"name": label.name}), **with_reason}


def _change(
    request: HttpRequest, clinic: Document, kind: str, label: Label, form: StaffForm | None
) -> Change:
    """What the pressed button asks for. Raises BadRequest."""
    clinic_id = clinic["_id"]
    match request.POST.get("do"), kind:
        case "rename", _ if form:
            return _renaming(clinic_id, kind, label, form.cleaned_data["name"])
        case "merge", "site":
            return _merging(clinic, label, request.POST.get("target", ""))
        case "convert", "tag":
            return Change(
                "tag.converted",
                lambda: sites.convert_tag(clinic_id=clinic_id, tag_id=label.id),
                "The tag is a site now.",
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

    return Change(f"{kind}.deleted", delete, f"The {kind} was deleted.")


def _renaming(clinic_id: ObjectId, kind: str, label: Label, name: str) -> Change:
    if kind == TAG:
        return Change(
            "tag.renamed",
            lambda: tags.rename_tag(clinic_id=clinic_id, tag_id=label.id, name=name),
            "The tag was renamed.",
            wanted={"name": name},
        )
    return Change(
        "site.renamed",
        lambda: sites.rename_site(clinic_id=clinic_id, site_id=label.id, name=name),
        "The site was renamed, also in its patients.",
        wanted={"name": name},
    )


def _merging(clinic: Document, label: Label, target: str) -> Change:
    found = _find(clinic, SITE, target)
    return Change(
        "site.merged",
        lambda: sites.merge_site(clinic_id=clinic["_id"], target_id=found.id, source_id=label.id),
        f"The patients of {label.name} are in {found.name} now.",
        wanted={"into": str(found.id)},
    )


def _apply(
    request: HttpRequest,
    clinic_id: str,
    change: Change,
    about: changes.Subject,
    *,
    back: str,
    done_url: str,
    reason: str,
) -> HttpResponseBase:
    try:
        changes.change_clinic(
            request,
            clinic_id=clinic_id,
            action=change.action,
            part=_names_of,
            opened_on=None,
            change=change.run,
            reason=reason,
            subject=about,
            wanted=change.wanted,
        )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(back)
    pages.succeed(request, change.done)
    return pages.go(done_url)


def _names_of(stored: Document) -> dict[str, Any]:
    clinic = readable_clinics.clinic(stored)
    return {
        "tags": [tag["name"] for tag in clinic.get("patientTags") or []],
        "sites": [site["name"] for site in clinic.get("sites") or []],
    }


def _labels(clinic: Document) -> dict[str, list[Label]]:
    of_tags, of_sites = tags_and_sites.count_places([clinic])
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
