"""Start failed EHR work again, one row or many, with a reason. What was sent already is not sent again."""

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from ehr import kinds
from ehr.services import processing
from kernel import audit, db, ids
from kernel.staff import pages, roles
from kernel.staff.fields import ReasonForm

MOST = 500
Chosen = tuple[str, ObjectId]


@pages.page(
    "ehr/start-again", name="ehr_requeue", needs=[roles.MESSAGES, roles.REQUEUE], posts_only=True
)
def requeue(request: HttpRequest) -> HttpResponseBase:
    chosen = [row for row in map(_parse, request.POST.getlist("row")[:MOST]) if row]
    form = ReasonForm(request.POST)
    back = _back(request)
    if not form.is_valid():
        pages.fail(request, form.first_error)
        return pages.go(back)
    reason = form.cleaned_data["reason"]
    started = sum(_requeue(request, kind, document_id, reason) for kind, document_id in chosen)
    pages.succeed(request, f"{started} of {len(chosen)} chosen ones are processed again.")
    return pages.go(back)


def _requeue(request: HttpRequest, kind: str, document_id: ObjectId, reason: str) -> bool:
    """Only failed work. The audit event and the new start are one transaction."""

    def change() -> bool:
        if not processing.requeue(kind, document_id):
            return False
        audit.record(
            action="ehr.requeued",
            object_type=f"ehr_{kind}",
            object_id=str(document_id),
            reason=reason,
            **pages.actor(request),
        )
        return True

    return db.run_in_transaction(change)


def _parse(text: str) -> Chosen | None:
    kind, _, id_text = text.partition(":")
    document_id = ids.parse_id(id_text)
    return (kind, document_id) if kind in kinds.names() and document_id else None


def _back(request: HttpRequest) -> str:
    """The page with the button, if it is on this site."""
    page = request.POST.get("back", "")
    is_own = url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if page and is_own else reverse("admin:ehr_processing")
