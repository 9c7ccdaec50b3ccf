"""Base classes for models of stored documents."""

from typing import Any, NoReturn

from bson import ObjectId
from django.db import models
from django_mongodb_backend.fields import ObjectIdField

READ_ONLY = "written through the services only"


class PassThroughField(models.Field):
    """A part of a document with a shape that we do not define: read as it is stored, dates and ids
    included."""

    def db_type(self, connection: Any) -> str:
        return "object"


class StoredDocument(models.Model):
    id = ObjectIdField(primary_key=True, default=ObjectId, db_column="_id")

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError(READ_ONLY)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError(READ_ONLY)
