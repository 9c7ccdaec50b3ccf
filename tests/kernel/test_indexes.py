"""Indexes: the database has exactly the declared ones (facts F6, F20)."""

import pytest
from django.core.management import call_command
from pymongo import ASCENDING, IndexModel

from kernel import db, indexes

NAME = "indexedThings"


@pytest.fixture
def declared(monkeypatch):
    monkeypatch.setattr(indexes, "DECLARED", {})
    yield lambda *models: (indexes.DECLARED.clear(), indexes.declare(NAME, *models))
    db.database()[NAME].drop()


def live(name):
    return db.database()[NAME].index_information().get(name)


def test_the_database_has_every_declared_index_with_its_options():
    assert indexes.missing() == []


def test_index_names_are_unique_in_a_collection():
    for collection, models in indexes.DECLARED.items():
        names = [model.document["name"] for model in models]
        assert len(names) == len(set(names)), collection


def test_a_missing_index_is_created_once(declared):
    declared(IndexModel([("a", ASCENDING)], name="A", unique=True))

    assert indexes.missing() == [f"{NAME}.A"]
    assert indexes.ensure().created == [f"{NAME}.A"]
    assert indexes.ensure().created == []
    assert indexes.missing() == []
    assert live("A")["unique"] is True


@pytest.mark.parametrize(
    "changed",
    [
        IndexModel([("b", ASCENDING)], name="A"),
        IndexModel([("a", -1)], name="A"),
        IndexModel([("a", ASCENDING)], name="A", unique=True),
        IndexModel([("a", ASCENDING)], name="A", sparse=True),
        IndexModel([("a", ASCENDING)], name="A", partialFilterExpression={"b": 1}),
        IndexModel([("a", ASCENDING)], name="A", collation={"locale": "en", "strength": 1}),
    ],
)
def test_an_index_with_other_options_is_reported_or_replaced_on_request(declared, changed):
    declared(IndexModel([("a", ASCENDING)], name="A"))
    indexes.ensure()
    declared(changed)

    assert indexes.missing() == [f"{NAME}.A"]
    before = live("A")
    assert indexes.ensure().conflicting == [f"{NAME}.A"]
    assert live("A") == before

    assert indexes.ensure(replace=True).conflicting == []
    assert indexes.missing() == []


def test_ensure_indexes_can_be_repeated():
    call_command("ensure_indexes", verbosity=0)
    call_command("ensure_indexes", verbosity=0)
