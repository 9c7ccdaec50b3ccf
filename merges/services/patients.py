"""Patients of the source move to the target, or are combined with the record that the target has of the same person.

What is decided here for each record is decided from the records as they are in the transaction: other services update
summaries and addresses all the time, and someone may have joined the target since the plan was made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bson import ObjectId

from clinic_records.services import access
from kernel import clock, db, safe_reading
from kernel.db import Document
from merges.choices import RecordAction
from merges.services import stages
from merges.services.plan_documents import Names, patient_document, stored, without_count
from merges.services.steps import BATCH, advance
from merges.store import items as item_store
from merges.store import plan_documents
from patients.documents import PatientDocument
from patients.services import moving
from patients.services.moving import RecordChange

MOVED_FIELDS = ("clinicId", "tags", "sites", "requireUniqueMrn", "updatedTime")


@dataclass(slots=True)
class Batch:
    """What one transaction reads and decides."""

    merge: Document
    names: Names
    tags: Mapping[str, ObjectId]  # of the source (as text) -> the target's tag that stands for it
    needs_unique_mrn: bool
    records: Mapping[ObjectId, PatientDocument]  # of the items, and of those that resemble them
    in_target: Mapping[str, PatientDocument]  # by user id
    whole: Mapping[ObjectId, PatientDocument]  # of the source, those who are in the target too
    changes: list[RecordChange] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    done: dict[ObjectId, Document] = field(default_factory=dict)


def carry_out(merge: Document) -> None:
    """Raises Duplicate if a patient of the target has got the MRN of one who moves."""

    def move() -> None:
        items = item_store.list_next(merge["_id"], "patient", BATCH)
        if not items:
            advance(merge, stage=stages.CLINICIANS)
            return
        batch = _read(merge, items)
        for item in items:
            _decide(batch, item)
        moving.write(batch.changes)
        plan_documents.insert(stored(merge, "patient", batch.documents))
        item_store.mark_done(batch.done)
        advance(merge, done=len(items))

    db.run_in_transaction(move)


def _read(merge: Document, items: Sequence[Document]) -> Batch:
    clinics = [access.access_clinic(merge[name]) for name in ("sourceId", "targetId")]
    wanted = {item["recordId"] for item in items} | {
        other for item in items for others in item.get("conflicts", {}).values() for other in others
    }
    records = moving.list_records(list(wanted))
    of_source = [r for r in records.values() if r["clinicId"] == merge["sourceId"]]
    users = {user_id for record in of_source if (user_id := record.get("userId"))}
    in_target = moving.list_records_of_users(merge["targetId"], users)
    combined = [r["_id"] for r in of_source if r.get("userId") in in_target]
    settings = safe_reading.mapping(clinics[1].get("mrnSettings"))
    return Batch(
        merge,
        _names(clinics),
        _tags(merge, clinics[1]),
        settings.get("unique") is True,
        records,
        in_target,
        moving.list_whole_records(combined),
    )


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
    present = batch.in_target.get(record.get("userId", ""))
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
    conflicts = {
        category: [batch.records[other] for other in others if other in batch.records]
        for category, others in item.get("conflicts", {}).items()
    }
    batch.documents.append(
        patient_document(
            batch.merge,
            action=action,
            source=source,
            target=target,
            result=result,
            names=batch.names,
            conflicts=conflicts,
        )
    )


# --- someone new to the target --------------------------------------------------------------------
def _move(batch: Batch, item: Document, record: PatientDocument) -> None:
    fields: Document = {
        "clinicId": batch.merge["targetId"],
        "requireUniqueMrn": batch.needs_unique_mrn and bool(record.get("mrn")),
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
        "userId": record.get("userId", ""),
        "fields": before,
    }
    result = change.after or record
    _document(batch, item, RecordAction.MOVE, source=record, target=None, result=result)


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
def take_back(merge: Document, items: Sequence[Document]) -> None:
    """In the caller's transaction. Who has left the target meanwhile does not come back to the source."""
    moved = [item for item in items if item["before"].get("action") == RecordAction.MOVE]
    combined = [item for item in items if item["before"].get("action") == RecordAction.MERGE]
    records = moving.list_records([item["recordId"] for item in moved])
    changes = [
        _returned(records[item["recordId"]], item["before"]["fields"])
        for item in moved
        if _is_in(merge["targetId"], records.get(item["recordId"]))
    ]
    users = [item["before"]["userId"] for item in combined]
    in_target = moving.list_records_of_users(merge["targetId"], users, is_whole=True)
    for item in combined:
        present = in_target.get(item["before"]["userId"])
        if present is not None:
            changes += _separated(present, item["before"])
    moving.write(changes)


def _is_in(clinic_id: ObjectId, record: PatientDocument | None) -> bool:
    return record is not None and record["clinicId"] == clinic_id


def _returned(record: PatientDocument, before: Document) -> RecordChange:
    removed = [name for name in MOVED_FIELDS if name in record and name not in before]
    return moving.changed(record, before, removed)


def _separated(present: PatientDocument, before: Document) -> list[RecordChange]:
    """The source's record with what is newer in the target's: statistics and data sources are the person's."""
    newer = {name: present[name] for name in ("summary", "dataSources") if name in present}
    changes = [RecordChange(None, PatientDocument({**before["record"], **newer}))]
    fields: Document = {}
    if before["tags"]:
        fields["tags"] = [t for t in _list(present, "tags") if t not in before["tags"]]
    if before["sites"]:
        sites = _list(present, "sites")
        fields["sites"] = [s for s in sites if _id_of(s) not in before["sites"]]
    if not fields:
        return changes
    if present.get("updatedTime") == before["updatedTime"]:  # no one else has changed it since
        fields["updatedTime"] = before["target"].get("updatedTime")
    removed = [n for n in fields if not fields[n] and n not in before["target"]]
    kept = {name: value for name, value in fields.items() if name not in removed}
    return [*changes, moving.changed(present, kept, removed)]


def _id_of(site: Any) -> Any:
    return site.get("id") if isinstance(site, dict) else None
