"""Any change that someone without the key makes to the audit trail is found, and none makes the check crash."""

from datetime import datetime

import pytest
from bson import Binary, Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS

from kernel import audit, audit_anchors, clock, db, indexes
from kernel.audit_check import Check

NAMES = (audit.COLLECTION, audit.HEADS, audit_anchors.COLLECTION)
COUNT = 4
# A trail has a document for each event and for each anchor, of which the first is the beginning, and one head.
SIZES = {audit.COLLECTION: COUNT, audit.HEADS: 1, audit_anchors.COLLECTION: COUNT + 1}
MISSING = object()
OTHER_VALUES = [
    MISSING, None, "", "x", "3", "\u00fc", 0, 3, -1, Int64(2**40), 3.0, 2.5, float("nan"), True, [], {}, {"a": 1}, [3],
    ObjectId(), datetime(2026, 1, 1), DatetimeMS(2**60), Binary(b"x"), Decimal128("3"), Regex("x"), Code("x"),
    Timestamp(1, 1), MinKey(), MaxKey(),
]  # fmt: skip


def collection(name):
    return db.database()[name]


def write():
    audit.record(
        action="clinic.tier_changed",
        actor_id="staff-1",
        actor_kind="staff",
        object_type="clinic",
        object_id="c1",
        clinic_id=ObjectId(),
        before={"tier": "tier0100"},
        after={"tier": "tier0200"},
        reason="T-1",
    )


def copy():
    return {name: list(collection(name).find({})) for name in NAMES}


def restore(documents):
    for name, rows in documents.items():
        collection(name).delete_many({})
        if rows:
            collection(name).insert_many(rows)


@pytest.fixture(scope="module")
def states(django_db_setup):
    """Copies of the collections after 0, 1, 2 ... events, each followed by an anchor."""
    for name in NAMES:
        collection(name).delete_many({})
    audit_anchors.begin()
    copies = [copy()]
    for _ in range(COUNT):
        write()
        audit_anchors.write("test")
        copies.append(copy())
    return copies


@pytest.fixture(autouse=True)
def trail(states):
    """Complete at the start of each test, without its unique index, which an attacker could drop too."""
    collection(audit.COLLECTION).drop_index("AuditChain")
    restore(states[-1])
    yield
    for name in NAMES:
        collection(name).delete_many({})
    indexes.ensure()


def findings(known_anchors=()):
    return [str(flaw) for flaw in Check(known_anchors).flaws()]


def test_an_intact_trail_has_no_findings():
    assert findings() == []


@pytest.mark.yardstick("A3")
@pytest.mark.walk
@pytest.mark.parametrize(
    ("name", "position"), [(name, n) for name in NAMES for n in range(SIZES[name])]
)
def test_a_deleted_document_is_found(name, position, states):
    documents = states[-1][name]
    assert len(documents) == SIZES[name]
    collection(name).delete_one({"_id": documents[position]["_id"]})
    if name == audit_anchors.COLLECTION:
        assert findings() == []  # the remaining anchors cover what this one did
    else:
        assert findings()


def fields_of(document, prefix=""):
    for name, value in document.items():
        yield prefix + name, value
        if isinstance(value, dict):
            yield from fields_of(value, f"{prefix}{name}.")


@pytest.mark.yardstick("A3")
@pytest.mark.walk
@pytest.mark.parametrize("name", NAMES)
def test_any_field_changed_to_anything_is_found(name, states):
    document = states[-1][name][-1]
    count = 0
    for field, value in fields_of(document):
        for other in OTHER_VALUES:
            if field == "_id" or (type(other) is type(value) and other == value):
                continue
            change = {"$unset": {field: ""}} if other is MISSING else {"$set": {field: other}}
            collection(name).update_one({"_id": document["_id"]}, change)
            assert findings(), (field, other)
            collection(name).replace_one({"_id": document["_id"]}, document)
            count += 1
    assert count > 80
    assert findings() == []


@pytest.mark.parametrize("field", ["_id", "time", "clinicId"])
def test_a_field_with_the_same_text_but_another_type_is_found(field):
    event = collection(audit.COLLECTION).find_one_and_delete({"number": 2})
    text = clock.format_time(event[field]) if field == "time" else str(event[field])
    collection(audit.COLLECTION).insert_one({**event, field: text})
    assert [f"its {field} is of another type" in finding for finding in findings()] == [True]


@pytest.mark.yardstick("A3")
@pytest.mark.walk
@pytest.mark.parametrize("first", range(1, COUNT))
@pytest.mark.parametrize("field", ["number", "reason", "seal", "previous"])
def test_two_swapped_rows_are_found(first, field):
    first_row, second_row = (
        collection(audit.COLLECTION).find_one({"number": first + n}) for n in range(2)
    )
    second_row["reason"] = "T-2"
    for event, other in ((first_row, second_row), (second_row, first_row)):
        change = {"$set": {field: other[field]}}
        collection(audit.COLLECTION).update_one({"_id": event["_id"]}, change)
    assert findings()


@pytest.mark.parametrize(
    "change",
    [
        *({"number": number} for number in (COUNT + 1, COUNT + 9, 0, -1, None, "5", 2, 1.5)),
        *({"environment": name} for name in ("staging", "", None, 7, ["test"], {"a": 1}, True)),
    ],
    ids=str,
)
def test_an_inserted_row_is_found(change):
    event = collection(audit.COLLECTION).find_one({"number": 2})
    collection(audit.COLLECTION).insert_one({**event, "_id": ObjectId(), **change})
    assert findings()


def test_an_inserted_empty_row_is_found():
    collection(audit.COLLECTION).insert_one({})
    assert ["belongs to no environment" in finding for finding in findings()] == [True]


@pytest.mark.parametrize("names", [
    {audit.COLLECTION}, {audit.HEADS}, {audit_anchors.COLLECTION}, {audit.COLLECTION, audit.HEADS},
    {audit.COLLECTION, audit_anchors.COLLECTION}, {audit.HEADS, audit_anchors.COLLECTION}, set(NAMES),
], ids=lambda names: "+".join(sorted(names)))  # fmt: skip
@pytest.mark.parametrize("how", ["emptied", "dropped"])
def test_collections_that_were_emptied_are_found(names, how):
    for name in names:
        collection(name).delete_many({}) if how == "emptied" else collection(name).drop()
    assert findings()
    if how == "dropped":
        indexes.ensure()


@pytest.mark.walk
@pytest.mark.parametrize("length", range(COUNT))
@pytest.mark.parametrize("restored", ["rows", "rows and end"])
def test_a_restored_older_copy_is_found(length, restored, states):
    names = NAMES[:1] if restored == "rows" else NAMES[:2]
    restore({name: states[length][name] for name in names})
    assert any(f"events {length + 1} to {COUNT} are missing" in finding for finding in findings())


@pytest.mark.yardstick("A3")
@pytest.mark.parametrize("length", range(COUNT))
def test_an_older_copy_of_everything_is_found_with_an_external_anchor(length, states):
    newest = audit_anchors.from_document(states[-1][audit_anchors.COLLECTION][-1])
    restore(states[length])
    assert findings() == []
    assert any(
        "are missing at the end: the given anchor" in finding for finding in findings([newest])
    )

    for _ in range(COUNT):
        write()  # another history of the same length
    assert findings() == []
    assert any("differs from the given anchor" in finding for finding in findings([newest]))


@pytest.mark.parametrize("other", ["staging", 7, None])
@pytest.mark.parametrize("name", NAMES)
def test_documents_moved_to_another_environment_are_found(name, other):
    for document in list(collection(name).find({})):
        collection(name).delete_one({"_id": document["_id"]})
        field = "_id" if name == audit.HEADS else "environment"
        collection(name).insert_one({**document, field: other})
    assert findings()


@pytest.mark.yardstick("A3")
def test_a_new_trail_written_without_the_key_is_found():
    for name in NAMES:
        collection(name).delete_many({})
    write()
    assert any("there is no anchor" in finding for finding in findings())


def test_a_text_that_is_not_utf_8_is_found():
    event = collection(audit.COLLECTION).find_one({"number": 2})
    raw = collection(audit.COLLECTION).with_options(codec_options=None)
    from bson import encode
    from bson.raw_bson import RawBSONDocument

    damaged = encode({**event, "reason": "T-1"}).replace(b"T-1", b"T\xff1")
    raw.delete_one({"_id": event["_id"]})
    raw.insert_one(RawBSONDocument(damaged))
    assert any("was changed" in finding for finding in findings())
