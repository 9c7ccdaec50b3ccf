"""The list of all EHR work, whatever its kind."""

from django.http import HttpRequest, HttpResponseBase

from ehr import kinds
from ehr.admin import filters, records
from ehr.services import records as reads
from ehr.services.records import Item
from kernel.staff import pages, roles


@pages.page("ehr/processing/", name="ehr_processing", needs=roles.MESSAGES, hides=filters.HIDDEN)
def processing(request: HttpRequest) -> HttpResponseBase:
    kind = request.GET.get("kind") if request.GET.get("kind") in kinds.names() else None
    page, total, problem = filters.listed(
        request,
        lambda asked, skip, limit: reads.list_records(asked, skip=skip, limit=limit),
        kind=kind,
    )
    return records.render_list(
        request,
        "EHR processing",
        [Item(record["kind"], record["documentId"], None, record) for record in page],
        total,
        problem=problem,
        kinds=[(name, records.PAGES[name].title) for name in kinds.names()],
    )
