"""Tags and sites of a clinic: add, rename, merge, turn into a site, delete. The number of patients is always shown."""

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
from kernel.staff.fields import StaffForm, TypedForm
from patients.services import tags_and_sites

frame.add_tab(frame.Tab("clinic_labels", "Tags and sites", roles.FIND, position=40))
TAG, SITE = "tag", "site"
ID_NAMES = {TAG: "_id", SITE: "id"}
NAME_FORMS: dict[str, type[StaffForm]] = {TAG: forms.TagForm, SITE: forms.SiteForm}


class ConfirmForm(TypedForm):
    wrong = "This is not the name; nothing was changed."


@dataclass(frozen=True, slots=True)
class TagOrSite:
    id: ObjectId
    name: str
    patients: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one button does: the call to the service, and the message shown afterwards."""

    action: str
    run: Callable[[], object]
    message: str
    requested: dict[str, Any] = field(default_factory=dict)


@pages.page("clinics/<str:clinic_id>/labels/", name="clinic_labels", needs=roles.FIND)
def listing(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    return _listing(request, readable_clinics.access_clinic(clinic_id))


def _listing(
    request: HttpRequest, clinic: Document, refused: dict[str, StaffForm] | None = None
) -> HttpResponseBase:
    """`refused`: the invalid form, by its kind, which is shown again with its errors."""
    items = _tags_and_sites(clinic)
    shown = {kind: form(auto_id=f"new-{kind}-%s") for kind, form in NAME_FORMS.items()}
    shown |= refused or {}
    return frame.render(
        request,
        clinic,
        "clinics/staff/tags_and_sites.html",
        tab="clinic_labels",
        kinds=[
            {"kind": TAG, "title": "Tags", "rows": items[TAG], "form": shown[TAG]},
            {"kind": SITE, "title": "Sites", "rows": items[SITE], "form": shown[SITE]},
        ],
        status=400 if refused else 200,
    )


_CREATES: dict[str, Callable[..., Document]] = {TAG: tags.create_tag, SITE: sites.create_site}


@pages.page(
    "clinics/<str:clinic_id>/labels/<str:kind>/add",
    name="label_add",
    needs=roles.SETTINGS,
    posts_only=True,
)
def add(request: HttpRequest, clinic_id: str, kind: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    create = _CREATES.get(kind)
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
        requested={"name": name},
    )
    subject = changes.Subject(kind, "", name)
    return _apply(request, clinic_id, change, subject, back=back, done_url=back, reason="")


@pages.page(
    "clinics/<str:clinic_id>/labels/<str:kind>/<str:tag_or_site_id>/",
    name="label",
    needs=roles.SETTINGS,
)
def edit(request: HttpRequest, clinic_id: str, kind: str, tag_or_site_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    tag_or_site = _find(clinic, kind, tag_or_site_id)
    back = reverse("admin:clinic_labels", args=[clinic_id])
    shown = _forms(kind, tag_or_site, request.POST)
    pressed = shown.get(request.POST.get("do", ""))
    if request.method == "POST" and (pressed is None or pressed.is_valid()):
        try:
            change = _change(request, clinic, kind, tag_or_site, pressed)
        except DomainError as error:
            pages.fail(request, error)
            return pages.go(request.path)
        reason = pressed.cleaned_data.get("reason", "") if pressed else ""
        subject = changes.Subject(kind, str(tag_or_site.id), tag_or_site.name)
        return _apply(
            request, clinic_id, change, subject, back=request.path, done_url=back, reason=reason
        )
    return pages.render(
        request,
        "clinics/staff/tag_or_site.html",
        title=f"{kind.capitalize()} {tag_or_site.name}",
        crumbs=[*frame.crumbs_of(clinic), pages.Crumb("Tags and sites", back)],
        kind=kind,
        tag_or_site=tag_or_site,
        other_sites=[site for site in _tags_and_sites(clinic)[SITE] if site.id != tag_or_site.id],
        back=back,
        forms=shown,
        status=400 if pressed and pressed.errors else 200,
    )


def _forms(kind: str, tag_or_site: TagOrSite, posted: QueryDict) -> dict[str, StaffForm]:
    """One form for each button; that of the pressed button holds what was typed."""
    pressed = posted.get("do")

    def form_of(button: str, form: type[StaffForm], **options: Any) -> StaffForm:
        return form(posted if button == pressed else None, auto_id=f"{button}-%s", **options)

    final = {
        button: form_of(button, ConfirmForm, typed=tag_or_site.name)
        for button in ("merge", "convert", "delete")
    }
    return {
        "rename": form_of("rename", NAME_FORMS[kind], initial={"name": tag_or_site.name}),
        **final,
    }


def _change(
    request: HttpRequest,
    clinic: Document,
    kind: str,
    tag_or_site: TagOrSite,
    form: StaffForm | None,
) -> Change:
    """What the pressed button asks for. Raises BadRequest."""
    clinic_id = clinic["_id"]
    match request.POST.get("do"), kind:
        case "rename", _ if form:
            return _renaming(clinic_id, kind, tag_or_site, form.cleaned_data["name"])
        case "merge", "site":
            return _merging(clinic, tag_or_site, request.POST.get("target", ""))
        case "convert", "tag":
            return Change(
                "tag.converted",
                lambda: sites.convert_tag(clinic_id=clinic_id, tag_id=tag_or_site.id),
                "The tag is a site now.",
            )
        case "delete", _:
            return _deletion(clinic_id, kind, tag_or_site)
    reason = "choose what to do"
    raise BadRequest(reason)


def _deletion(clinic_id: ObjectId, kind: str, tag_or_site: TagOrSite) -> Change:
    def delete() -> None:
        if kind == TAG:
            tags.delete_tag(clinic_id=clinic_id, tag_id=tag_or_site.id)
        else:
            sites.delete_site(clinic_id=clinic_id, site_id=tag_or_site.id)

    return Change(f"{kind}.deleted", delete, f"The {kind} was deleted.")


def _renaming(clinic_id: ObjectId, kind: str, tag_or_site: TagOrSite, name: str) -> Change:
    if kind == TAG:
        return Change(
            "tag.renamed",
            lambda: tags.rename_tag(clinic_id=clinic_id, tag_id=tag_or_site.id, name=name),
            "The tag was renamed.",
            requested={"name": name},
        )
    return Change(
        "site.renamed",
        lambda: sites.rename_site(clinic_id=clinic_id, site_id=tag_or_site.id, name=name),
        "The site was renamed, also in its patients.",
        requested={"name": name},
    )


def _merging(clinic: Document, tag_or_site: TagOrSite, target: str) -> Change:
    if not target:
        reason = "choose the other site"
        raise BadRequest(reason)
    target_site = _find(clinic, SITE, target)
    return Change(
        "site.merged",
        lambda: sites.merge_site(
            clinic_id=clinic["_id"], target_id=target_site.id, source_id=tag_or_site.id
        ),
        f"The patients of {tag_or_site.name} are in {target_site.name} now.",
        requested={"into": str(target_site.id)},
    )


def _apply(
    request: HttpRequest,
    clinic_id: str,
    change: Change,
    subject: changes.Subject,
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
            subject=subject,
            requested=change.requested,
        )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(back)
    pages.succeed(request, change.message)
    return pages.go(done_url)


def _names_of(stored: Document) -> dict[str, Any]:
    clinic = readable_clinics.clinic(stored)
    return {
        "tags": [tag["name"] for tag in clinic.get("patientTags") or []],
        "sites": [site["name"] for site in clinic.get("sites") or []],
    }


def _tags_and_sites(clinic: Document) -> dict[str, list[TagOrSite]]:
    counts_by_tag, counts_by_site = tags_and_sites.count_by_tag_and_site([clinic])
    return {
        TAG: [
            TagOrSite(tag["_id"], tag["name"], counts_by_tag.get(tag["_id"], 0))
            for tag in clinic.get("patientTags") or []
        ],
        SITE: [
            TagOrSite(site["id"], site["name"], counts_by_site.get(site["id"], 0))
            for site in clinic.get("sites") or []
        ],
    }


def _find(clinic: Document, kind: str, tag_or_site_id: str) -> TagOrSite:
    parsed_id = ids.parse_id(tag_or_site_id)
    for tag_or_site in _tags_and_sites(clinic).get(kind, []):
        if tag_or_site.id == parsed_id:
            return tag_or_site
    raise NotFound
