"""Lists as files for staff, as CSV or as a workbook.

Each list has one page, which says first what the file would hold (`add`). A short list is sent at once, and any list
can be made by a job, whose file is fetched once: both plan and make the same rows, by the functions of the job's kind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from tempfile import TemporaryFile
from typing import Any

from bson import ObjectId
from django import forms
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel import audit, db, jobs, tables, texts
from kernel.errors import BadRequest, DomainError
from kernel.jobs.files import CSV, FORMATS, TYPES, XLSX
from kernel.staff import job_begins, pages, refusals, searches
from kernel.staff.fields import Reason, StaffForm

MOST = 200_000  # rows of a file
MOST_AT_ONCE = 1_000  # rows of a file that is made while the browser waits
AT_ONCE = "at_once"  # the button
FORMAT_HELP = (
    "The workbook keeps MRNs and other texts as they are. In CSV an apostrophe stands before what would begin a "
    "formula, and Excel makes a number of 000123 when it opens the file."
)
TOO_MANY = f"These are more than {MOST:,} rows, too many for one file: narrow the list."
BY_JOB = f"More than {MOST_AT_ONCE:,} rows are exported by a job: begin it here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a file would hold. `name`: of the file. `count`: of its rows; `is_more`: counting stopped there; `is_about`:
    it is that of all rows, as the database keeps it. `left_out`: how many are too many for one file. `names`: of the
    fields by which the list is narrowed, as the audit trail has them. `wanted`: as the kind of job plans from it.
    `narrowed`: by what the list is narrowed, in words and without what was `typed` to search for. `about`: the same
    without values. `scope`: what the audit trail says besides."""

    name: str
    count: int
    wanted: Mapping[str, Any]
    clinic: Mapping[str, Any] | None = None
    is_more: bool = False
    is_about: bool = False
    left_out: int = 0
    narrowed: Sequence[tuple[str, str]] = ()
    about: Sequence[str] = ()
    names: Sequence[str] = ()
    typed: str = ""
    order: str = ""
    scope: Mapping[str, Any] = field(default_factory=dict)
    crumbs: Sequence[pages.Crumb] = ()

    @property
    def is_small(self) -> bool:
        return self.count <= MOST_AT_ONCE and not self.is_more

    @property
    def told(self) -> dict[str, Any]:
        """For the event: in one form for all lists."""
        return {"searched": bool(self.typed), "narrowed": sorted(self.names), **self.scope}

    @property
    def shown(self) -> Sequence[tuple[str, str]]:
        return [*([("Search", self.typed)] if self.typed else []), *self.narrowed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """`kind`: the job, with a header; its rights open the page. `read`: what is asked for, by the fields of the address
    and the form, and the ids of the path; raises BadRequest for what cannot be read. `list_page`: where it begins.
    `rows`: what they are called. `object_type`: what the audit trail calls a list of no clinic. `begin`: as
    `kernel.staff.job_begins.begin`."""

    kind: jobs.Kind
    read: Callable[..., Asked]
    list_page: str
    rows: str
    object_type: str = "clinic"
    begin: Callable[..., HttpResponseBase] = job_begins.begin


def name_of(clinic: Mapping[str, Any]) -> str:
    """For the name of a file."""
    name = clinic.get("name")
    return texts.for_file_name(name if isinstance(name, str) else "", otherwise=str(clinic["_id"]))


class ExportForm(StaffForm):
    format = forms.ChoiceField(
        label="Format", choices=list(FORMATS.items()), initial=XLSX, help_text=FORMAT_HELP
    )
    reason = Reason(required=False)


def add(export: Export, *, route: str, name: str, hides: Sequence[str] = ()) -> None:
    """Register the page of the list's export."""

    @pages.page(route, name=name, needs=export.kind.begins, hides=hides, begins_at=export.list_page)
    def page(request: HttpRequest, **ids_in_path: str) -> HttpResponseBase:
        fields = {**searches.asked(request), **request.POST.dict()}
        try:
            asked = export.read(request, fields, **ids_in_path)
        except BadRequest as error:
            pages.fail(request, error)
            return pages.go(f"{_of_list(export, ids_in_path)}?{request.GET.urlencode()}")
        return _answer(request, export, asked)


def _of_list(export: Export, ids_in_path: dict[str, str]) -> str:
    return reverse(f"admin:{export.list_page}", kwargs=ids_in_path)


def _answer(request: HttpRequest, export: Export, asked: Asked) -> HttpResponseBase:
    is_sent = request.method == "POST"
    form, status = ExportForm(request.POST if is_sent else None), 400 if is_sent else 200
    if is_sent and form.is_valid():
        chosen, reason = form.cleaned_data["format"], form.cleaned_data["reason"]
        if AT_ONCE not in request.POST:
            return _begin(request, export, asked, chosen, reason)
        try:
            return _send(request, export, asked, chosen, reason)
        except DomainError as error:
            pages.fail(request, error)
            status = error.status
    return pages.render(
        request,
        "staff/export.html",
        title=f"Export {export.rows}",
        crumbs=asked.crumbs,
        asked=asked,
        export=export,
        hold=jobs.find_hold(export.kind, (asked.clinic or {}).get("_id")),
        form=form,
        status=status,
    )


# --- by a job -------------------------------------------------------------------------------------
def _begin(
    request: HttpRequest, export: Export, asked: Asked, chosen: str, reason: str
) -> HttpResponseBase:
    rows = {"mostRows": MOST} if asked.is_more else {"rows": asked.count}
    return export.begin(
        request,
        asked.clinic,
        export.kind,
        wanted=asked.wanted,
        options={"format": chosen, "name": asked.name},
        scope={**rows, "format": chosen, **asked.told, "columns": list(export.kind.header)},
        about=", ".join((FORMATS[chosen], *(f"narrowed by {title}" for title in asked.about))),
        narrowed=asked.narrowed,
        typed=asked.typed,
        reason=reason,
    )


def planned(found: Iterable[Any]) -> list[str]:
    """The plan of a job: ids. Raises BadRequest where they are too many, because a file without some of them would
    look complete."""
    items = list(map(str, found))
    if len(items) > MOST:
        raise BadRequest(TOO_MANY)
    return items


# --- at once --------------------------------------------------------------------------------------
def _send(
    request: HttpRequest, export: Export, asked: Asked, chosen: str, reason: str
) -> HttpResponseBase:
    """Nothing of it is sent before all of it is made: a failure is a page, and never the beginning of a file."""
    clinic = asked.clinic or {}
    event: dict[str, Any] = {
        "action": export.kind.action,
        "object_type": export.object_type,
        "object_id": str(clinic.get("_id", "")),
        "object_name": clinic.get("name") or "",
        "clinic_id": clinic.get("_id"),
        "reason": reason,
    }
    with refusals.recorded(request, **event):
        rows = _rows(request, export, asked, chosen)
    if rows is None:
        pages.fail(request, BY_JOB)
        return pages.go(request.get_full_path())
    response = as_file(asked.name, export.kind.header, rows, chosen=chosen)
    audit.record(
        **event,
        scope={
            "rows": len(rows),
            "format": chosen,
            **asked.told,
            "columns": list(export.kind.header),
        },
        **pages.actor(request),
    )
    return response


def _rows(
    request: HttpRequest, export: Export, asked: Asked, chosen: str
) -> list[Sequence[Any]] | None:
    """None where the list has grown beyond what is sent at once. Raises what would have a job wait or fail: what is
    read of a clinic in the middle of a merge is a part of it."""
    task = jobs.Task(
        id=ObjectId(),
        clinic=asked.clinic["_id"] if asked.clinic else None,
        wanted=asked.wanted,
        options={"format": chosen, "name": asked.name},
        asked_by=job_begins.asked_by(request),
        reason="",
        succeeded=0,
    )
    jobs.require(export.kind, task)
    if not asked.is_small:
        return None
    items = list(export.kind.plan(task))
    if len(items) > MOST_AT_ONCE:
        return None
    return _read_rows(export.kind, task, items)


def _read_rows(kind: jobs.Kind, task: jobs.Task, items: Sequence[str]) -> list[Sequence[Any]]:
    rows = list(chain.from_iterable(_made(kind, task, items)))
    jobs.require(kind, task)  # a merge may have begun while they were read
    return rows


def _made(
    kind: jobs.Kind, task: jobs.Task, items: Sequence[str]
) -> Iterator[Sequence[Sequence[Any]]]:
    for batch in db.batches(items, kind.batch):
        yield kind.work(task, batch).rows if kind.work else ()


def as_file(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, chosen: str = CSV
) -> FileResponse:
    """A short table, made as a whole before any of it is sent."""
    file = TemporaryFile()  # noqa: SIM115 (the response closes it)
    tables.WRITERS[chosen](file, header, rows)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{name}.{chosen}", content_type=TYPES[chosen]
    )
