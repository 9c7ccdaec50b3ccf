"""Indexes: the database has exactly the declared ones (facts F6, F20), and what it cannot have is told."""

from datetime import timedelta

import pytest
from bson import ObjectId
from django.conf import settings
from django.core.management import CommandError, call_command
from pymongo import ASCENDING, IndexModel
from pymongo.errors import OperationFailure

from kernel import clock, db, indexes
from kernel.choices import IndexProblem
from kernel.indexes import building, declarations, records
from tests.admin.conftest import Staff, text
from tests.cast import QuickClient
from tests.factories import make_clinic

NAME = "indexedThings"
SECRET = "Ann-4711"
UNIQUE = IndexModel([("clinicId", ASCENDING), ("code", ASCENDING)], name="A", unique=True)
pytestmark = pytest.mark.foreign_documents


@pytest.fixture
def declared(monkeypatch):
    for known in (declarations.DECLARED, declarations.OBSOLETE, declarations.DESCRIBED):
        for name in list(known):
            monkeypatch.delitem(known, name)
    yield lambda *models: (indexes.DECLARED.clear(), indexes.declare(NAME, *models))
    for known in (declarations.DECLARED, declarations.OBSOLETE, declarations.DESCRIBED):
        known.clear()
    db.database()[NAME].drop()


def live(name):
    return db.database()[NAME].index_information().get(name)


def insert(*documents):
    db.database()[NAME].insert_many([dict(document) for document in documents])


def only_problem(report):
    (problem,) = report.problems
    return problem


def told(capsys):
    """What the command prints to those who run it."""
    with pytest.raises(CommandError) as failure:
        call_command("ensure_indexes")
    written = capsys.readouterr()
    assert SECRET not in written.out + written.err + str(failure.value)
    return written.err


def test_the_database_has_every_declared_index_with_its_options():
    assert indexes.missing() == []


def test_index_names_are_unique_in_a_collection():
    for collection, models in indexes.DECLARED.items():
        names = [model.document["name"] for model in models]
        assert len(names) == len(set(names)), collection


@pytest.mark.yardstick("V4")
def test_a_missing_index_is_created_once(declared):
    declared(IndexModel([("a", ASCENDING)], name="A", unique=True))

    assert indexes.missing() == [f"{NAME}.A"]
    assert indexes.ensure().created == [f"{NAME}.A"]
    assert indexes.ensure().created == []
    assert indexes.missing() == []
    assert live("A")["unique"] is True


@pytest.mark.parametrize(
    ("changed", "differing"),
    [
        (IndexModel([("b", ASCENDING)], name="A"), "key"),
        (IndexModel([("a", -1)], name="A"), "key"),
        (IndexModel([("a", ASCENDING)], name="A", unique=True), "unique"),
        (IndexModel([("a", ASCENDING)], name="A", sparse=True), "sparse"),
        (
            IndexModel([("a", ASCENDING)], name="A", partialFilterExpression={"b": 1}),
            "partialFilterExpression",
        ),
        (
            IndexModel([("a", ASCENDING)], name="A", collation={"locale": "en", "strength": 1}),
            "collation",
        ),
    ],
)
def test_an_index_with_other_options_is_reported_or_replaced_on_request(
    declared, changed, differing
):
    declared(IndexModel([("a", ASCENDING)], name="A"))
    indexes.ensure()
    declared(changed)

    assert indexes.missing() == [f"{NAME}.A"]
    before = live("A")
    problem = only_problem(indexes.ensure())
    assert (problem.title, problem.reason) == (f"{NAME}.A", IndexProblem.OTHER_SHAPE)
    assert problem.text.endswith(f"differs in {differing}")
    assert live("A") == before

    assert indexes.ensure(replace=True).problems == []
    assert indexes.missing() == []


def test_an_index_that_the_data_would_break_does_not_replace_the_old_one(declared):
    declared(IndexModel([("clinicId", ASCENDING), ("code", ASCENDING)], name="A"))
    indexes.ensure()
    insert({"code": SECRET}, {"code": SECRET})
    declared(UNIQUE)
    assert only_problem(indexes.ensure(replace=True)).reason == IndexProblem.EQUAL_RECORDS
    assert live("A") is not None


@pytest.mark.yardstick("V4")
def test_ensure_indexes_can_be_repeated():
    call_command("ensure_indexes", verbosity=0)
    call_command("ensure_indexes", verbosity=0)


# --- data that break a unique index -------------------------------------------------------------------
def test_equal_records_are_counted_by_clinic_and_the_other_indexes_are_made(declared, capsys):
    few, many = make_clinic(name="Lakeside")["_id"], make_clinic(name="Hillside")["_id"]
    insert(*[{"clinicId": few, "code": SECRET}] * 2, *[{"clinicId": many, "code": SECRET}] * 3)
    insert({"clinicId": many, "code": "other"}, {"clinicId": many})
    declared(UNIQUE, IndexModel([("b", ASCENDING)], name="B"))

    said = told(capsys)
    assert f"{NAME}.A is missing: 5 records of 2 clinics have the same clinicId and code" in said
    assert said.index(f"{many} Hillside: 3") < said.index(f"{few} Lakeside: 2")
    assert "Meanwhile the service checks this itself" in said
    assert live("B") is not None


@pytest.mark.parametrize(
    ("options", "documents", "expected"),
    [
        ({}, [{"code": 1}, {"code": 1}, {"code": 2}], 2),
        ({}, [{}, {"code": None}, {"code": 0}], 2),
        ({}, [{"code": ["x", "y"]}, {"code": "y"}, {"code": ["z", "z"]}], 2),
        ({"sparse": True}, [{}, {}, {"code": None}, {"code": None}], 2),
        (
            {"partialFilterExpression": {"on": True}},
            [{"code": 1, "on": True}, {"code": 1, "on": True}, {"code": 1}],
            2,
        ),
        (
            {"collation": {"locale": "en", "strength": 1}},
            [{"code": "a1"}, {"code": "A1"}, {"code": "á1"}, {"code": "b1"}],
            3,
        ),
    ],
)
def test_records_are_equal_as_the_index_sees_them(declared, options, documents, expected):
    insert(*documents)
    declared(IndexModel([("code", ASCENDING)], name="A", unique=True, **options))
    problem = only_problem(indexes.ensure())
    assert (problem.records, dict(problem.clinics)) == (expected, {})
    assert problem.text.startswith(f"{expected} records have the same code")


def test_an_app_says_what_an_index_is_for_in_its_own_words(declared):
    clinic = ObjectId()
    insert({"_id": clinic, "clinicId": 1, "code": 1}, {"clinicId": 1, "code": 1})
    declared(UNIQUE)
    words = indexes.Description(
        equal="a taken code", without="codes repeat", remedy="Change one.", clinic="_id"
    )
    indexes.describe(NAME, "A", words)
    problem = only_problem(indexes.ensure())
    assert problem.text == "2 records of 2 clinics have a taken code"
    assert problem.without == "codes repeat"
    assert problem.remedy.startswith("Change one. Then run")
    assert problem.clinics[clinic] == 1


# --- what else MongoDB refuses ------------------------------------------------------------------------
def test_an_equal_index_under_another_name_is_named(declared, capsys):
    db.database()[NAME].create_index([("a", ASCENDING)], name="TheirName")
    declared(IndexModel([("a", ASCENDING)], name="A"))
    said = told(capsys)
    assert f"{NAME}.A is missing: the index TheirName has the same keys" in said
    assert f'db.{NAME}.dropIndex("TheirName")' in said


def test_more_than_64_indexes_are_told(declared, capsys):
    with_others = [IndexModel([(f"f{n}", ASCENDING)], name=f"F{n}") for n in range(63)]
    db.database()[NAME].create_indexes(with_others)
    declared(IndexModel([("a", ASCENDING)], name="A"))
    assert f"{NAME}.A is missing: the collection has 64 indexes" in told(capsys)


def test_a_record_with_two_lists_is_told(declared, capsys):
    insert({"a": [SECRET], "b": [SECRET]})
    declared(IndexModel([("a", ASCENDING), ("b", ASCENDING)], name="A"))
    assert "a list in two of its fields (a, b)" in told(capsys)


@pytest.mark.parametrize(
    ("code", "expected"),
    [(13, "MONGODB_URI has no right to"), (96, "error 96 (OperationFailed)")],
)
def test_any_other_refusal_is_told_without_a_trace(declared, monkeypatch, capsys, code, expected):
    def refuse(*_, **__):
        details = {"codeName": "OperationFailed", "errmsg": SECRET}
        raise OperationFailure(SECRET, code, details)

    declared(IndexModel([("a", ASCENDING)], name="A"), IndexModel([("b", ASCENDING)], name="B"))
    monkeypatch.setattr("pymongo.collection.Collection.create_indexes", refuse)
    said = told(capsys)
    assert expected in said
    assert f"{NAME}.A is missing" in said
    assert f"{NAME}.B is missing" in said


def test_indexes_that_cannot_be_listed_are_told(declared, monkeypatch, capsys):
    def refuse(*_):
        raise OperationFailure(SECRET, 13)

    declared(IndexModel([("a", ASCENDING)], name="A"))
    monkeypatch.setattr(building.shapes, "live", refuse)
    assert f"{NAME} is missing: the user of MONGODB_URI has no right" in told(capsys)


# --- until it can be made -----------------------------------------------------------------------------
def metric():
    lines = QuickClient().get("/metrics").content.decode().splitlines()
    return [line for line in lines if line.startswith("clinics_indexes_missing")]


def test_a_missing_index_is_on_the_first_page_and_in_the_metrics_until_it_is_made(declared):
    insert({"code": 1}, {"code": 1})
    declared(UNIQUE)
    indexes.ensure()
    support = Staff("support")
    assert f"{NAME}.A: 2 records have the same clinicId and code" in text(support.get(""))
    assert metric() == ["clinics_indexes_missing 1.0"]

    db.database()[NAME].delete_one({})
    indexes.ensure()
    assert NAME not in text(support.get(""))
    assert metric() == ["clinics_indexes_missing 0.0"]


def test_a_missing_index_is_tried_again_once_a_day(declared):
    from clinics_site.celery import app

    app.loader.import_default_modules()
    task = app.tasks[settings.CELERY_BEAT_SCHEDULE["core.try_indexes_again"]["task"]]
    insert({"code": 1}, {"code": 1})
    declared(UNIQUE)
    indexes.ensure()
    db.database()[NAME].delete_one({})
    task.apply()
    assert live("A") is None

    yesterday = clock.now() - timedelta(days=1)
    db.collection(records.COLLECTION).update_one({}, {"$set": {"nextTime": yesterday}})
    declared(UNIQUE, IndexModel([("b", ASCENDING)], name="B"))
    task.apply()
    assert live("A") is not None
    assert live("B") is None  # no one has asked for it yet
    assert indexes.last_problems() == []


def test_a_missing_index_is_tried_by_one_process(declared):
    insert({"code": 1}, {"code": 1})
    declared(UNIQUE)
    indexes.ensure()
    moment = clock.now()
    db.collection(records.COLLECTION).update_one({}, {"$set": {"nextTime": moment}})
    assert records.claim_due() == [f"{NAME}.A"]
    assert records.claim_due() == []
    assert records._claim(f"{NAME}.A", moment) is False  # found before the other one has claimed it


# --- of earlier versions ------------------------------------------------------------------------------
@pytest.fixture
def left(declared):
    database = db.database()
    database[NAME].create_indexes([IndexModel([(name, ASCENDING)], name=name) for name in "abc"])
    declared(IndexModel([("a", ASCENDING)], name="a"))
    indexes.obsolete(NAME, "a", "b", "gone")


@pytest.mark.yardstick("V4")
def test_indexes_of_earlier_versions_are_named_and_stay(left, capsys):
    assert indexes.left_over() == [f"{NAME}.b"]
    call_command("ensure_indexes")
    assert "1 indexes of earlier versions" in capsys.readouterr().out
    assert live("b") is not None


def test_the_command_drops_indexes_of_earlier_versions_when_it_is_told(left, capsys):
    call_command("ensure_indexes", "--drop-earlier")
    assert f"dropped: {NAME}.b" in capsys.readouterr().out
    assert live("b") is None
    assert live("a") is not None
    assert live("c") is not None


def test_indexes_of_earlier_versions_are_dropped_on_request_alone(left):
    assert indexes.drop_obsolete([f"{NAME}.b", f"{NAME}.gone"]) == [f"{NAME}.b"]
    assert indexes.drop_obsolete([f"{NAME}.b"]) == []
    assert live("b") is None


@pytest.mark.parametrize("other", ["a", "c", "_id_"])
def test_no_other_index_is_dropped(left, other):
    """One of another service, one that is declared again, and MongoDB's own."""
    with pytest.raises(ValueError, match=f"{NAME}.{other} is not declared"):
        indexes.drop_obsolete([f"{NAME}.b", f"{NAME}.{other}"])
    assert {"a", "b", "c"} <= db.database()[NAME].index_information().keys()
