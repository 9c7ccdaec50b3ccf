"""Base classes for models of stored documents.

Each app's `models.py` is the one description of its collections: docs/data-model.md is written from it, and the tests
hold every document that they write against it. Models read; changes go through the services, because a save would drop
keys that the model does not know, and write nulls for what is absent (fact F21). Parts of documents are passed on as
they are stored (fact F22); their `shape` says what they hold.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NoReturn

from bson import ObjectId
from django.apps import apps
from django.db import models
from django_mongodb_backend.fields import ArrayField, ObjectIdField

from kernel.lives import Life
from kernel.safe_reading import Shape

READ_ONLY = "written through the services only"
_TYPES: dict[type[models.Field], Shape] = {
    models.BinaryField: bytes,
    models.BooleanField: bool,
    models.DateTimeField: datetime,
    models.FloatField: float,
    models.IntegerField: int,
    models.TextField: str,
    ObjectIdField: ObjectId,
}


class PassThroughField(models.Field):
    """A part of a document: read as it is stored, dates and ids included. `shape`: what it holds."""

    def __init__(self, *args: Any, shape: Shape = object, **options: Any) -> None:
        super().__init__(*args, **options)
        self.shape = shape

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "shape": self.shape}

    def db_type(self, connection: Any) -> str:
        return "object"


class StoredDocument(models.Model):
    """A collection. The docstring of a model says what one document is, and who writes it."""

    life: Life | None = None  # how long a document stays; None only for base classes
    is_shared = False  # with other systems, which read it and watch its changes: names and meanings are fixed

    id = ObjectIdField(primary_key=True, default=ObjectId, db_column="_id", help_text="its id")

    class Meta:
        abstract = True
        managed = False
        default_permissions = ()

    def save(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError(READ_ONLY)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError(READ_ONLY)


def described_models() -> Iterator[type[StoredDocument]]:
    return (model for model in apps.get_models() if issubclass(model, StoredDocument))


def shape_of(model: type[StoredDocument]) -> dict[str, Shape]:
    """Stored name of each field -> what it holds."""
    return {str(field.column): shape_of_field(field) for field in model._meta.concrete_fields}


def shape_of_field(field: Any) -> Shape:
    if isinstance(field, PassThroughField):
        return field.shape
    if isinstance(field, ArrayField):
        return [shape_of_field(field.base_field)]
    return next(shape for kind, shape in _TYPES.items() if isinstance(field, kind))
