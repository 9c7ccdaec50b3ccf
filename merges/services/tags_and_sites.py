"""The target gets the tags and sites of the source, before its patients."""

from clinics.services import merging as clinics
from kernel.db import Document
from merges.choices import SiteAction, TagAction
from merges.services import stages
from merges.services.plan_documents import site_document, stored, tag_document
from merges.services.steps import advance, take_batch
from merges.store import items as item_store
from merges.store import plan_documents

MOST = 10_000  # of one kind; a clinic's document does not hold as many


def carry_out(merge: Document) -> None:
    """Raises Duplicate or ConstraintViolation if the target has got other tags or sites since the plan was made."""

    def add(_most: int) -> None:
        tags = item_store.list_next(merge["_id"], "tag", MOST)
        sites = item_store.list_next(merge["_id"], "site", MOST)
        clinics.add_tags(
            merge["targetId"], [_tag(i) for i in tags if i["action"] == TagAction.CREATE]
        )
        added = [_site(i) for i in sites if i["action"] != SiteAction.RETAIN]
        clinics.add_sites(merge["targetId"], added)
        documents = [tag_document(merge, i) for i in tags], [site_document(merge, i) for i in sites]
        plan_documents.insert(stored(merge, "tag", documents[0]))
        plan_documents.insert(stored(merge, "site", documents[1]))
        item_store.mark_done({item["_id"]: {} for item in (*tags, *sites)})
        advance(merge, done=len(tags) + len(sites), stage=stages.PATIENTS)

    take_batch(merge, MOST, add)


def _tag(item: Document) -> Document:
    return {"_id": item["recordId"], "name": item["name"]}


def _site(item: Document) -> Document:
    return {"id": item["recordId"], "name": item["resultingName"]}
