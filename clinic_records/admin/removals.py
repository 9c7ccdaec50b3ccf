"""Removals, which cannot be undone: the page lists the consequences, and asks for a typed confirmation and a reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from clinic_records.admin import changes, frame
from kernel.db import Document
from kernel.errors import DomainError
from kernel.staff import pages
from kernel.staff.fields import TypedForm

ALREADY = "{who} was removed already."


@dataclass(frozen=True, slots=True)
class Removal:
    """`typed` is the text to type; `obstacle` says why the removal is impossible now, if it is, and `steps` are pages
    (text, address) where that is changed."""

    title: str
    action: str
    consequences: list[str]
    typed: str
    object_type: str
    object_id: str
    remove: Callable[[], object]
    back: str
    done: str
    done_url: str
    obstacle: str = ""
    steps: Sequence[tuple[str, str]] = ()
    scope: dict[str, Any] | None = None


def handle(request: HttpRequest, clinic: Document, removal: Removal) -> HttpResponseBase:
    form = TypedForm(request.POST or None, typed=removal.typed)
    if request.method == "POST" and removal.obstacle:
        pages.fail(request, removal.obstacle)
        return pages.go(request.path)
    if not form.is_valid():
        return _page(request, clinic, removal, form)
    return _remove(request, clinic, removal, form.cleaned_data["reason"])


def _remove(
    request: HttpRequest, clinic: Document, removal: Removal, reason: str
) -> HttpResponseBase:
    def remove() -> None:
        removal.remove()
        changes.record(
            request,
            clinic=clinic,
            action=removal.action,
            object_type=removal.object_type,
            object_id=removal.object_id,
            scope=removal.scope,
            reason=reason,
        )

    try:
        changes.guarded(
            request,
            clinic_id=str(clinic["_id"]),
            action=removal.action,
            reason=reason,
            change=remove,
            subject=changes.Subject(removal.object_type, removal.object_id),
        )
    except DomainError as error:
        pages.fail(request, error)
        return pages.go(removal.back)
    pages.succeed(request, removal.done)
    return pages.go(removal.done_url)


def _page(
    request: HttpRequest, clinic: Document, removal: Removal, form: TypedForm
) -> HttpResponseBase:
    return pages.render(
        request,
        "staff/removal.html",
        title=removal.title,
        crumbs=frame.crumbs_of(clinic),
        removal=removal,
        form=form,
        status=400 if form.errors else 200,
    )
