"""The models describe what is stored, all of it; `tests.stored_documents` holds what tests write against them."""

from datetime import datetime

import pytest
from bson import ObjectId

from kernel.indexes import DECLARED
from kernel.stored_models import described_models, shape_of
from tests.stored_documents import misfits

SHAPE = {
    "name": str,
    "count": int,
    "share": float,
    "times": [datetime],
    "part": {"id": ObjectId, "flags": {"*": bool}},
    "anything": object,
}


def test_every_collection_with_indexes_is_described():
    assert set(DECLARED) - {model._meta.db_table for model in described_models()} == set()


@pytest.mark.parametrize("model", list(described_models()), ids=lambda model: model._meta.db_table)
def test_every_field_says_what_it_means_and_every_model_what_a_document_is(model):
    assert [field.name for field in model._meta.concrete_fields if not field.help_text] == []
    assert model.__doc__.strip().endswith(".")
    assert "_id" in shape_of(model)


def test_a_document_of_the_shape_has_no_misfits():
    document = {
        "name": "x",
        "count": 1,
        "share": 1,
        "times": [datetime(2026, 1, 1)],
        "part": {"id": ObjectId(), "flags": {"a": True, "b": None}},
        "anything": [1, "x"],
    }
    assert list(misfits(document, SHAPE)) == []
    assert list(misfits(dict.fromkeys(document), SHAPE)) == []


@pytest.mark.parametrize(
    ("document", "misfit"),
    [
        ({"nam": "x"}, "nam: unknown name"),
        ({"name": 1}, "name: not int"),
        ({"count": True}, "count: not bool"),
        ({"count": 1.0}, "count: not float"),
        ({"share": "1"}, "share: not str"),
        ({"times": "now"}, "times: not str"),
        ({"times": ["now"]}, "times[]: not str"),
        ({"part": []}, "part: not list"),
        ({"part": {"key": 1}}, "part.key: unknown name"),
        ({"part": {"flags": {"a": 1}}}, "part.flags.a: not int"),
    ],
)
def test_an_unknown_name_or_a_wrong_type_is_told_with_its_place(document, misfit):
    assert list(misfits(document, SHAPE)) == [misfit]
