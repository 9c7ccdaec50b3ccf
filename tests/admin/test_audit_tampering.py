"""Whatever someone without the key does to the audit trail is named, and nothing of it ends the check with a
crash."""

from datetime import datetime

import pytest
from bson import Binary, Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS

from kernel import audit, audit_anchors, clock, db, indexes
from kernel.audit_check import Check

NAMES = (audit.COLLECTION, audit.HEADS, audit_anchors.COLLECTION)
COUNT = 4
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


def put_back(documents):
    for name, found in documents.items():
        collection(name).delete_many({})
        if found:
            collection(name).insert_many(found)


@pytest.fixture(scope="module")
def states(django_db_setup):
    """What the collections held after 0, 1, 2 ... events; an anchor follows each."""
    for name in NAMES:
        collection(name).delete_many({})
    audit_anchors.begin()
    found = [copy()]
    for _ in range(COUNT):
        write()
        audit_anchors.write("test")
        found.append(copy())
    return found


@pytest.fixture(autouse=True)
def trail(states):
    """Whole at the start of each test. Who has the database can also drop an index."""
    collection(audit.COLLECTION).drop_index("AuditChain")
    put_back(states[-1])
    yield
    for name in NAMES:
        collection(name).delete_many({})
    indexes.ensure()


def findings(given=()):
    return [str(flaw) for flaw in Check(given).flaws()]


def test_the_whole_trail_has_no_findings():
    assert findings() == []


@pytest.mark.walk
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", range(COUNT))
def test_a_deleted_document_is_found(name, place, states):
    found = states[-1][name]
    if place >= len(found):
        pytest.skip("has fewer documents")
    collection(name).delete_one({"_id": found[place]["_id"]})
    if name == audit_anchors.COLLECTION:
        assert findings() == []  # others say more than this one did
    else:
        assert findings()


def fields_of(document, prefix=""):
    for name, value in document.items():
        yield prefix + name, value
        if isinstance(value, dict):
            yield from fields_of(value, f"{prefix}{name}.")


@pytest.mark.walk
@pytest.mark.parametrize("name", NAMES)
def test_any_field_changed_to_anything_is_found(name, states):
    document = states[-1][name][-1]
    looked_at = 0
    for field, value in fields_of(document):
        for other in OTHER_VALUES:
            if field == "_id" or (type(other) is type(value) and other == value):
                continue
            change = {"$unset": {field: ""}} if other is MISSING else {"$set": {field: other}}
            collection(name).update_one({"_id": document["_id"]}, change)
            assert findings(), (field, other)
            collection(name).replace_one({"_id": document["_id"]}, document)
            looked_at += 1
    assert looked_at > 80
    assert findings() == []


@pytest.mark.parametrize("field", ["_id", "time", "clinicId"])
def test_a_field_that_reads_the_same_but_is_a_text_is_found(field):
    event = collection(audit.COLLECTION).find_one_and_delete({"number": 2})
    text = clock.format_time(event[field]) if field == "time" else str(event[field])
    collection(audit.COLLECTION).insert_one({**event, field: text})
    assert [f"its {field} is of another type" in finding for finding in findings()] == [True]


@pytest.mark.walk
@pytest.mark.parametrize("first", range(1, COUNT))
@pytest.mark.parametrize("field", ["number", "reason", "seal", "previous"])
def test_two_swapped_rows_are_found(first, field):
    one, two = (collection(audit.COLLECTION).find_one({"number": first + n}) for n in range(2))
    two["reason"] = "T-2"
    for event, other in ((one, two), (two, one)):
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


def test_an_inserted_row_without_anything_is_found():
    collection(audit.COLLECTION).insert_one({})
    assert ["belongs to no environment" in finding for finding in findings()] == [True]


@pytest.mark.parametrize("gone", [
    {audit.COLLECTION}, {audit.HEADS}, {audit_anchors.COLLECTION}, {audit.COLLECTION, audit.HEADS},
    {audit.COLLECTION, audit_anchors.COLLECTION}, {audit.HEADS, audit_anchors.COLLECTION}, set(NAMES),
], ids=lambda gone: "+".join(sorted(gone)))  # fmt: skip
@pytest.mark.parametrize("how", ["emptied", "dropped"])
def test_collections_that_were_emptied_are_found(gone, how):
    for name in gone:
        collection(name).delete_many({}) if how == "emptied" else collection(name).drop()
    assert findings()
    if how == "dropped":
        indexes.ensure()


@pytest.mark.walk
@pytest.mark.parametrize("length", range(COUNT))
@pytest.mark.parametrize("gone", ["rows", "rows and end"])
def test_an_older_copy_put_back_is_found(length, gone, states):
    names = NAMES[:1] if gone == "rows" else NAMES[:2]
    put_back({name: states[length][name] for name in names})
    assert any(f"events {length + 1} to {COUNT} are missing" in finding for finding in findings())


@pytest.mark.parametrize("length", range(COUNT))
def test_an_older_copy_of_everything_is_found_with_an_anchor_from_outside(length, states):
    newest = audit_anchors.from_document(states[-1][audit_anchors.COLLECTION][-1])
    put_back(states[length])
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
def test_documents_given_to_another_environment_are_found(name, other):
    for document in list(collection(name).find({})):
        collection(name).delete_one({"_id": document["_id"]})
        field = "_id" if name == audit.HEADS else "environment"
        collection(name).insert_one({**document, field: other})
    assert findings()


def test_a_trail_begun_again_by_someone_without_the_key_is_found():
    for name in NAMES:
        collection(name).delete_many({})
    write()
    assert any("there is no anchor" in finding for finding in findings())


def test_a_text_that_is_no_utf_8_is_found():
    event = collection(audit.COLLECTION).find_one({"number": 2})
    raw = collection(audit.COLLECTION).with_options(codec_options=None)
    from bson import encode
    from bson.raw_bson import RawBSONDocument

    damaged = encode({**event, "reason": "T-1"}).replace(b"T-1", b"T\xff1")
    raw.delete_one({"_id": event["_id"]})
    raw.insert_one(RawBSONDocument(damaged))
    assert any("was changed" in finding for finding in findings())
