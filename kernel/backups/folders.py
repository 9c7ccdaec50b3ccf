"""The folder of a backup.

`backup.json`: {format, database, began, ended, time: [seconds, increment] of the moment in MongoDB's clock, anchor of
the audit trail, collections: {name: {documents, sha256 of the compressed file}}}. It is written after each collection,
so it tells where an interrupted backup has come to; without `ended` a backup is not whole.
"""

import gzip
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import bson
import orjson
from bson import json_util
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from kernel.db import Document

FORMAT = 1
_LEVEL = 1  # of compression: the next ones take twice the time and save a tenth
_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)


class BackupError(Exception):
    """What an operator has to do something about; its text says what."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`n` of about `total` documents of the collection."""

    collection: str
    n: int
    total: int


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    # --- the list of contents -----------------------------------------------------------------------
    def read(self) -> dict[str, Any]:
        """Raises BackupError."""
        try:
            found = orjson.loads((self.path / "backup.json").read_bytes())
        except (OSError, ValueError) as error:
            message = f"{self.path} holds no backup: backup.json cannot be read"
            raise BackupError(message) from error
        if found.get("format") != FORMAT:
            message = f"{self.path} was written by another version: format {found.get('format')}"
            raise BackupError(message)
        return cast("dict[str, Any]", found)

    def write(self, contents: dict[str, Any]) -> None:
        new = self.path / "backup.json.new"
        with _private(new) as file:
            file.write(orjson.dumps(contents, option=orjson.OPT_INDENT_2))
        new.replace(self.path / "backup.json")

    # --- collections --------------------------------------------------------------------------------
    def documents_of(self, collection: str) -> Path:
        return self._file(collection, "bson")

    def _file(self, collection: str, kind: str) -> Path:
        """Names of collections may have signs that names of files cannot have."""
        return self.path / f"{collection.replace('%', '%25').replace('/', '%2F')}.{kind}.gz"

    def write_shape(self, collection: str, shape: Document) -> None:
        text = json_util.dumps(shape, json_options=json_util.CANONICAL_JSON_OPTIONS)
        with _private(self._file(collection, "metadata.json")) as file:
            file.write(gzip.compress(text.encode()))

    def read_shape(self, collection: str) -> Document:
        text = gzip.decompress(self._file(collection, "metadata.json").read_bytes())
        return cast("Document", json_util.loads(text.decode()))

    @contextmanager
    def writing(self, collection: str) -> Iterator[gzip.GzipFile]:
        """On the disk when the block ends."""
        with _private(self.documents_of(collection)) as file:
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0) as packed:
                yield packed
            file.flush()
            os.fsync(file.fileno())

    def iterate(self, collection: str) -> Iterator[RawBSONDocument]:
        with gzip.open(self.documents_of(collection)) as file:
            yield from bson.decode_file_iter(cast("BinaryIO", file), _RAW)

    def digest_of(self, collection: str) -> str:
        with self.documents_of(collection).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """For its owner alone: it holds what patients have told."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "wb") as file:
        yield file
