"""How patients can be spread over several shards: which commands name the clinic, as docs/scaling.md says."""

import pytest

from kernel.indexes import declarations
from scripts import query_shapes as page
from tests import query_shapes
from tests.query_shapes import KEYS, NAMES, PATIENTS
from tests.scattered_queries import REASONS, reason

ONE = {"_id": 1, "clinicId": 2, "userId": "3"}


def asked(name, **command):
    """Whether the one question about a spread collection goes to one shard, and what it names."""
    (question,) = query_shapes._asked(name, {name: PATIENTS, **command})
    return question.is_targeted, set(question.names)


@pytest.mark.parametrize(
    ("query", "is_targeted"),
    [
        ({"clinicId": 1}, True),
        ({"clinicId": {"$in": [1, 2]}, "fullName": "x"}, True),
        ({"$and": [{"clinicId": 1}, {"tags": 2}]}, True),
        ({"$or": [{"clinicId": 1, "userId": 2}, {"clinicId": 3}]}, True),
        ({"$or": [{"clinicId": 1}, {"userId": 2}]}, False),
        ({"clinicId": {"$gt": 1}}, False),
        ({"clinicId": {"$ne": 1}}, False),
        ({"userId": 1}, False),
        ({}, False),
    ],
)
def test_a_query_that_names_the_clinic_goes_to_one_shard(query, is_targeted):
    assert asked("find", filter=query)[0] is is_targeted
    assert asked("aggregate", pipeline=[{"$match": query}, {"$group": {}}])[0] is is_targeted
    assert asked("update", updates=[{"q": query, "u": {}, "multi": True}])[0] is is_targeted
    late = [{"$sort": {"fullName": 1}}, {"$match": query}]
    assert asked("aggregate", pipeline=late)[0] is False


def test_a_change_of_one_document_names_the_whole_key():
    for query, is_targeted in (
        (ONE, True),
        ({"_id": 1, "clinicId": 2}, False),
        ({"_id": 1}, False),
    ):
        assert asked("update", updates=[{"q": query, "u": {}}])[0] is is_targeted
        assert asked("delete", deletes=[{"q": query, "limit": 1}])[0] is is_targeted
        assert asked("findAndModify", query=query)[0] is is_targeted


def test_what_is_joined_is_seen_too():
    joined = {"from": PATIENTS, "pipeline": [{"$match": {"clinicId": 1}}], "as": "found"}
    by_field = {"from": PATIENTS, "localField": "_id", "foreignField": "clinicId", "as": "found"}
    for lookup in (joined, by_field):
        command = {"aggregate": "clinics", "pipeline": [{"$lookup": lookup}]}
        (question,) = query_shapes._asked("aggregate", command)
        assert (question.command, question.is_targeted) == ("$lookup", True)


def test_each_recorded_function_exists_and_each_reason_is_needed():
    assert [row[0] for row in page.kept() if not page.is_there(row[0])] == []
    assert [function for function, _ in REASONS if not page.is_there(function)] == []
    scattered = {(row[0], row[1]) for row in page.kept() if not row[3]}
    assert [place for place in scattered if not reason(*place)] == []


def test_no_change_goes_to_all_shards():
    changes = [row for row in page.kept() if row[2] in query_shapes.CHANGES]
    assert [row for row in changes if not row[3] and not reason(*row[:2])] == []
    assert changes


def test_the_clinic_alone_may_be_the_key_for_all_unique_indexes():
    """MongoDB refuses a key with which a unique index does not begin; docs/scaling.md says what follows."""
    for collection in NAMES:
        first = KEYS[collection][0]
        assert [n for n, key in unique_keys(collection).items() if key[0] != first] == []
    both = list(KEYS[PATIENTS])
    not_of_both = [name for name, key in unique_keys(PATIENTS).items() if key[:2] != both]
    assert sorted(not_of_both) == ["UniqueMrn", "UniqueMrnV2"]


def unique_keys(collection):
    models = declarations.DECLARED.get(collection, ())
    return {
        declarations.name_of(model): list(model.document["key"])
        for model in models
        if model.document.get("unique")
    }


def test_the_page_shows_what_was_recorded():
    assert page.PAGE.read_text() == page.current(), "run `make fmt`"


@pytest.mark.parametrize("folder", [".venv/lib/python3.11", ".local/python-3.13/lib/python3.13"])
def test_a_package_is_none_of_the_service_wherever_it_is_installed(folder):
    """`make pythons` installs below `.local`."""
    name = f"{query_shapes.BASE}/{folder}/site-packages/celery/app.py"
    namespace = {"look": lambda: query_shapes._function()}  # noqa: PLW0108 (a frame between)
    exec(compile("def ask(): return look()", name, "exec"), namespace)  # noqa: S102
    assert namespace["ask"]() is None
