"""Patients of the source move to the target, or are combined with the record that the target has of the same person.

What is decided here for each record is decided from the records as they are in the transaction: other services update
summaries and addresses all the time, and someone may have joined the target since the plan was made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bson import ObjectId

from clinic_records.services import access
from kernel import accesses, clock, safe_reading
from kernel.db import Document
from merges.choices import RecordAction
from merges.services import planning, stages
from merges.services.plan_documents import Names, patient_document, stored, without_count
from merges.services.steps import BATCH, MOST_BYTES, advance, take_batch
from merges.store import items as item_store
from merges.store import plan_documents
from patients.documents import PatientDocument
from patients.services import moving
from patients.services.moving import RecordChange, user_of

MOVED_FIELDS = ("clinicId", "tags", "sites", "requireUniqueMrn", "updatedTime")


@dataclass(slots=True)
class Batch:
    """What one transaction reads and decides."""

    merge: Document
    names: Names
    tags: Mapping[str, ObjectId]  # of the source (as text) -> the target's tag that stands for it
    needs_unique_mrn: bool
    records: Mapping[ObjectId, PatientDocument]  # of the items, and of those that resemble them
    former: Mapping[ObjectId, Document]  # those of them that were changed already, as they were
    in_target: Mapping[str, PatientDocument]  # by user id
    whole: Mapping[ObjectId, PatientDocument]  # of the source, those who are in the target too
    sizes: Mapping[ObjectId, int]  # of `records`
    changes: list[RecordChange] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    done: dict[ObjectId, Document] = field(default_factory=dict)


def carry_out(merge: Document) -> None:
    """Raises Duplicate if a patient of the target has got the MRN of one who moves."""
    take_batch(merge, BATCH, lambda most: _carry_out(merge, most))


def _carry_out(merge: Document, most: int) -> None:
    items = item_store.list_next(merge["_id"], "patient", most)
    if not items:
        advance(merge, stage=stages.CLINICIANS)
        return
    sizes = moving.sizes_of(list(_ids_in(items)))
    items = items[: _how_many_fit(items, sizes)]
    batch = _read(merge, items, sizes)
    for item in items:
        _decide(batch, item)
    moving.write(batch.changes)
    plan_documents.insert(stored(merge, "patient", batch.documents))
    item_store.mark_done(batch.done)
    advance(merge, done=len(items))
    accesses.note_clinic(merge["targetId"])
    accesses.note_shown(len(items))


def _ids_in(items: Iterable[Document]) -> set[ObjectId]:
    """The items' records, and those that resemble them."""
    return {item["recordId"] for item in items} | {
        other for item in items for others in item.get("conflicts", {}).values() for other in others
    }


def _how_many_fit(items: Sequence[Document], sizes: Mapping[ObjectId, int]) -> int:
    """One at least. What several of them need is read once."""
    known: set[ObjectId] = set()
    n_bytes = 0
    for number, item in enumerate(items):
        new = _ids_in([item]) - known
        known |= new
        n_bytes += sum(sizes.get(record_id, 0) for record_id in new)
        if number and n_bytes > MOST_BYTES:
            return number
    return len(items)


def _read(merge: Document, items: Sequence[Document], sizes: Mapping[ObjectId, int]) -> Batch:
    clinics = [access.access_clinic(merge[name]) for name in ("sourceId", "targetId")]
    record_ids = list(_ids_in(items))
    records = moving.list_records(record_ids)
    of_source = [r for r in records.values() if r["clinicId"] == merge["sourceId"]]
    users = {user_id for record in of_source if (user_id := user_of(record))}
    in_target = moving.list_records_of_users(merge["targetId"], users)
    combined = [r["_id"] for r in of_source if user_of(r) in in_target]
    return Batch(
        merge,
        _names(clinics),
        _tags(merge, clinics[1]),
        planning.requires_unique_mrns(clinics[1]),
        records,
        _as_they_were(merge, record_ids, records),
        in_target,
        moving.list_whole_records(combined),
        sizes,
    )


def _as_they_were(
    merge: Document, record_ids: Sequence[ObjectId], records: Mapping[ObjectId, PatientDocument]
) -> dict[ObjectId, Document]:
    """A document names those who resemble a patient. Which of them the merge has come to by then depends on how large
    its batches are."""
    former: dict[ObjectId, Document] = {}
    for item in item_store.list_done_to(merge["_id"], record_ids):
        before = item["before"]
        if before.get("action") == RecordAction.MERGE:
            former[item["recordId"]] = before["record"]
            former |= _formerly(records, before["otherId"], before["target"])
        elif before.get("action") == RecordAction.MOVE:
            former |= _formerly(records, item["recordId"], before["fields"])
    return former


def _formerly(
    records: Mapping[ObjectId, PatientDocument], record_id: ObjectId, before: Document
) -> dict[ObjectId, Document]:
    record = records.get(record_id)
    if record is None:  # it has left the target since
        return {}
    kept = {name: value for name, value in record.items() if name not in MOVED_FIELDS}
    return {record_id: {**kept, **before}}


def _names(clinics: Sequence[Document]) -> Names:
    """Sites as the target has them now: since the plan was made, someone may have renamed or deleted one."""
    tags = {tag["_id"]: tag["name"] for clinic in clinics for tag in access.tags_of(clinic)}
    return Names(tags, {site["id"]: site["name"] for site in access.sites_of(clinics[1])})


def _tags(merge: Document, target: Document) -> dict[str, ObjectId]:
    present = access.tag_ids(target)
    return {tag: own for tag, own in merge["tagIds"].items() if own in present}


def _decide(batch: Batch, item: Document) -> None:
    record = batch.records.get(item["recordId"])
    batch.done[item["_id"]] = {}
    if record is None:  # its owner has left the clinic, or is gone
        return
    if record["clinicId"] == batch.merge["targetId"]:
        # What was combined has its documents from `_combine`.
        if item["action"] != RecordAction.MERGE_INTO:
            _document(batch, item, item["action"], source=None, target=record, result=record)
        return
    present = batch.in_target.get(user_of(record))
    if present is None:
        _move(batch, item, record)
    else:
        _combine(batch, item, record, present)


def _document(
    batch: Batch,
    item: Document,
    action: str,
    *,
    source: Document | None,
    target: Document | None,
    result: Document,
) -> None:
    batch.documents.append(
        patient_document(
            batch.merge,
            action=action,
            source=source,
            target=target,
            result=result,
            names=batch.names,
            conflicts=_conflicts(batch, item),
        )
    )


def _conflicts(batch: Batch, item: Document) -> dict[str, list[Document]]:
    """The first ones, as far as there is room for them in one document."""
    found: dict[str, list[Document]] = {}
    n_bytes = 0
    for category, others in item.get("conflicts", {}).items():
        found[category] = []
        for other in others:
            n_bytes += batch.sizes.get(other, 0)
            shown = batch.former.get(other) or batch.records.get(other)
            if shown is not None and n_bytes <= MOST_BYTES:
                found[category].append(shown)
    return found


# --- someone new to the target --------------------------------------------------------------------
def _move(batch: Batch, item: Document, record: PatientDocument) -> None:
    fields: Document = {
        "clinicId": batch.merge["targetId"],
        "requireUniqueMrn": batch.needs_unique_mrn and _has_mrn(record),
        "updatedTime": clock.now(),
    }
    if isinstance(record.get("tags"), list):
        fields["tags"] = _target_tags(batch, record)
    if isinstance(record.get("sites"), list):
        fields["sites"] = _renamed_sites(batch, record)
    change = moving.changed(record, fields)
    batch.changes.append(change)
    before = {name: record[name] for name in MOVED_FIELDS if name in record}
    batch.done[item["_id"]] = {
        "action": RecordAction.MOVE.value,
        "userId": user_of(record),
        "fields": before,
        "size": batch.sizes.get(record["_id"], 0),
    }
    result = change.after or record
    _document(batch, item, RecordAction.MOVE, source=record, target=None, result=result)


def _has_mrn(record: PatientDocument) -> bool:
    """As the plan sees it: blanks are none."""
    return bool((safe_reading.text(record.get("mrn")) or "").strip())


def _target_tags(batch: Batch, record: PatientDocument) -> list[ObjectId]:
    """Each once; a tag that one of the clinics does not have any more is left out."""
    mapped = (batch.tags.get(str(tag)) for tag in record["tags"] if isinstance(tag, ObjectId))
    return list(dict.fromkeys(tag for tag in mapped if tag is not None))


def _renamed_sites(batch: Batch, record: PatientDocument) -> list[Document]:
    """As the target calls them; a site that one of the clinics does not have any more is left out."""
    ids_of_sites = (site.get("id") for site in safe_reading.objects(record["sites"]))
    known = (i for i in ids_of_sites if isinstance(i, ObjectId) and i in batch.names.sites)
    return [{"id": site_id, "name": batch.names.sites[site_id]} for site_id in known]


# --- someone whom the target knows -----------------------------------------------------------------
def _combine(
    batch: Batch, item: Document, record: PatientDocument, present: PatientDocument
) -> None:
    """The target's record stays as it is and gets the tags and sites that it does not have."""
    tags = _missing_tags(batch, record, present)
    sites = _missing_sites(batch, record, present)
    fields: Document = {"updatedTime": clock.now()} if tags or sites else {}
    if tags:
        fields["tags"] = [*_list(present, "tags"), *tags]
    if sites:
        fields["sites"] = [*map(without_count, _list(present, "sites")), *sites]
    batch.changes.append(RecordChange(record, None))
    result = present
    if fields:
        change = moving.changed(present, fields)
        batch.changes.append(change)
        result = change.after or present
    batch.done[item["_id"]] = {
        "action": RecordAction.MERGE.value,
        "userId": record["userId"],
        "record": batch.whole[record["_id"]],
        "otherId": present["_id"],
        "tags": tags,
        "sites": [site["id"] for site in sites],
        "target": {name: present[name] for name in MOVED_FIELDS if name in present},
        "updatedTime": fields.get("updatedTime"),
    }
    for action in (RecordAction.MERGE, RecordAction.MERGE_INTO):
        _document(batch, item, action, source=record, target=present, result=result)


def _missing_tags(batch: Batch, record: Document, present: Document) -> list[ObjectId]:
    tags = record.get("tags")
    if not isinstance(tags, list):
        return []
    known = _list(present, "tags")
    return [tag for tag in _target_tags(batch, PatientDocument(record)) if tag not in known]


def _missing_sites(batch: Batch, record: Document, present: Document) -> list[Document]:
    if not isinstance(record.get("sites"), list):
        return []
    known = [site.get("id") for site in safe_reading.objects(present.get("sites"))]
    renamed = _renamed_sites(batch, PatientDocument(record))
    missing = {site["id"]: site for site in renamed if site["id"] not in known}
    return list(missing.values())


def _list(record: Document, name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []


# --- taking it back --------------------------------------------------------------------------------
def take_back(merge: Document, items: Sequence[Document]) -> dict[str, list[str]]:
    """In the caller's transaction. Who has left the target meanwhile does not come back to the source; a record that
    was combined does in any case. Returns the records that are not as before, in `unmarked` and `stayed`."""
    moved = [item for item in items if item["before"].get("action") == RecordAction.MOVE]
    combined = [item for item in items if item["before"].get("action") == RecordAction.MERGE]
    changes = [*_returned_records(merge, moved), *_separated_records(merge, combined)]
    changes, stayed = moving.without_known(merge["sourceId"], changes)
    changes, unmarked = moving.without_taken_mrns(merge["sourceId"], changes)
    moving.write(changes)
    return {"stayed": stayed, "unmarked": unmarked}


def _returned_records(merge: Document, moved: Sequence[Document]) -> Iterator[RecordChange]:
    records = moving.list_records([item["recordId"] for item in moved])
    for item in moved:
        record = records.get(item["recordId"])
        if record is not None and record["clinicId"] == merge["targetId"]:
            yield _returned(record, item["before"]["fields"])


def _separated_records(merge: Document, combined: Sequence[Document]) -> Iterator[RecordChange]:
    users = [item["before"]["userId"] for item in combined]
    in_target = moving.list_records_of_users(merge["targetId"], users, is_whole=True)
    for item in combined:
        before = item["before"]
        present = in_target.get(before["userId"])
        yield RecordChange(None, _former(before, present))
        if present is not None and present["_id"] == before.get("otherId"):
            yield from _without_what_came(present, before)


def _returned(record: PatientDocument, before: Document) -> RecordChange:
    removed = [name for name in MOVED_FIELDS if name in record and name not in before]
    return moving.changed(record, before, removed)


def _former(before: Document, present: PatientDocument | None) -> PatientDocument:
    """The source's record with what is newer in the target's: statistics and data sources are the person's."""
    known: Mapping[str, Any] = present or {}
    newer = {name: known[name] for name in ("summary", "dataSources") if name in known}
    return PatientDocument({**before["record"], **newer})


def _without_what_came(present: PatientDocument, before: Document) -> Iterator[RecordChange]:
    fields: Document = {}
    if before["tags"]:
        fields["tags"] = [t for t in _list(present, "tags") if t not in before["tags"]]
    if before["sites"]:
        sites = _list(present, "sites")
        fields["sites"] = [s for s in sites if _id_of(s) not in before["sites"]]
    if not fields:
        return
    if present.get("updatedTime") == before["updatedTime"]:  # no one else has changed it since
        fields["updatedTime"] = before["target"].get("updatedTime")
    removed = [n for n in fields if not fields[n] and n not in before["target"]]
    kept = {name: value for name, value in fields.items() if name not in removed}
    yield moving.changed(present, kept, removed)


def _id_of(site: Any) -> Any:
    return site.get("id") if isinstance(site, dict) else None
