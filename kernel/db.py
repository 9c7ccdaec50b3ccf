"""The only access to MongoDB for lists, aggregations and every change.

`collection(name)` returns a PyMongo collection whose calls join the transaction that is open in this
thread (fact F3: bare PyMongo calls escape it) and carry a time limit. `run_in_transaction(fn)` is the
only way to open one; it repeats `fn` on transient conflicts, so `fn` must not touch anything outside
the database.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import Context, ContextVar
from typing import Any, Generic, TypeVar, overload

import pymongo
from bson.codec_options import CodecOptions, DatetimeConversion
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.command_cursor import CommandCursor
from pymongo.cursor import Cursor
from pymongo.database import Database
from pymongo.errors import AutoReconnect, OperationFailure, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.results import DeleteResult, InsertManyResult, InsertOneResult, UpdateResult
from pymongo.write_concern import WriteConcern

from kernel import deadline, speed
from kernel.errors import Unavailable

Document = dict[str, Any]
T = TypeVar("T")
D = TypeVar("D", bound=Document)
_COMMIT_SECONDS = 0.05  # at least: a commit that is not even sent would not end the transaction
_ABORT_SECONDS = 0.5
_WRONG_TYPE = (
    2  # MongoDB's code for a change that a value does not take, such as an entry added to null
)


class CollectionOf(str, Generic[D]):
    """The name of a collection, which says for the type checker what one of its documents is."""

    __slots__ = ()


_of_thread = threading.local()
_session: ContextVar[ClientSession | None] = ContextVar("mongo_session", default=None)


def client() -> pymongo.MongoClient[Document]:
    """The process's client, opened on first use so that it never crosses a fork (F29)."""
    return _opened().connection  # type: ignore[no-any-return]


def _opened() -> Any:
    """Kept for each thread here, too: Django's own place for it costs ten times as much to look into."""
    opened = getattr(_of_thread, "opened", None)
    if opened is None or opened.connection is None:
        opened = connections[DEFAULT_DB_ALIAS]
        if opened.connection is None:
            opened.ensure_connection()
        _of_thread.opened = opened
    return opened


def database_name() -> str:
    return str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])


# The ORM wants naive times, the rest of the code aware ones. Values of other systems that Python cannot
# represent (a date beyond the year 9999, half a character) are clamped or replaced: they would break every
# list that contains the record.
_CODEC: CodecOptions[Document] = CodecOptions(
    tz_aware=True,
    datetime_conversion=DatetimeConversion.DATETIME_CLAMP,
    unicode_decode_error_handler="replace",
)
_UNREAD = speed.with_naive_times(_CODEC)


def database() -> Database[Document]:
    return client().get_database(database_name(), codec_options=_CODEC)


@overload
def collection(name: CollectionOf[D]) -> "SessionCollection[D]": ...
@overload
def collection(name: str) -> "SessionCollection[Document]": ...
def collection(name: str) -> "SessionCollection[Any]":
    return SessionCollection(_raw(name), _session.get())


@overload
def unread(name: CollectionOf[D]) -> "SessionCollection[D]": ...
@overload
def unread(name: str) -> "SessionCollection[Document]": ...
def unread(name: str) -> "SessionCollection[Any]":
    """The same collection for documents that go straight to the renderer: their times are naive UTC."""
    return SessionCollection(_raw(name, is_unread=True), _session.get())


def _raw(name: str, *, is_unread: bool = False) -> Collection[Document]:
    opened = _opened()
    return _raw_collection(
        opened.connection, opened.settings_dict["NAME"], name, is_unread=is_unread
    )


@speed.keep_collections
def _raw_collection(
    owner: pymongo.MongoClient[Document], database: str, name: str, *, is_unread: bool
) -> Collection[Document]:
    return owner.get_database(database, codec_options=_UNREAD if is_unread else _CODEC)[name]


def in_transaction() -> bool:
    return _session.get() is not None


def run_in_transaction(change: Callable[[], T]) -> T:
    """Run `change` with snapshot reads and majority writes, repeated on transient conflicts.

    Nested calls join the outer transaction. Duplicate keys abort it and surface as DuplicateKeyError.
    """
    if in_transaction():
        return change()

    def attempt(session: ClientSession) -> T:
        token = _session.set(session)
        try:
            result = change()
            _require_time_to_commit()
        except BaseException:
            _abort(session)
            raise
        finally:
            _session.reset(token)
        return result

    with client().start_session() as session:
        return session.with_transaction(
            attempt,
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern("majority"),
        )


def _require_time_to_commit() -> None:
    if deadline.seconds_left() < _COMMIT_SECONDS:
        raise Unavailable


def _abort(session: ClientSession) -> None:
    """PyMongo sends nothing to the server when the time of a request is over. The transaction would go on there for
    a minute, and what it has changed could not be changed by anyone else."""
    if session.in_transaction and deadline.seconds_left() < _ABORT_SECONDS:
        Context().run(_abort_with_own_time, session)


def _abort_with_own_time(session: ClientSession) -> None:
    with pymongo.timeout(_ABORT_SECONDS):
        session.abort_transaction()


def read_at_one_moment(read: Callable[[], T]) -> T:
    """All queries of `read` see the database as it was at one moment, for the five minutes that MongoDB keeps
    a snapshot. Unlike a transaction this causes no conflicts and does not end after a minute; `read` cannot
    write."""
    if in_transaction():
        return read()
    with client().start_session(snapshot=True) as session:
        token = _session.set(session)
        try:
            return read()
        finally:
            _session.reset(token)


class Moment:
    """The database as it was when `read` was first called, for the five minutes that MongoDB keeps a snapshot. For work
    in pieces: several threads may read, one after the other. As in `read_at_one_moment`, nothing can be written. It has
    to be closed."""

    __slots__ = ("_opened",)

    def __init__(self) -> None:
        self._opened = client().start_session(snapshot=True)

    def read(self, read: Callable[[], T]) -> T:
        token = _session.set(self._opened)
        try:
            return read()
        finally:
            _session.reset(token)

    def close(self) -> None:
        self._opened.end_session()


def time_limit_ms() -> int:
    return int(settings.MONGODB_TIME_LIMIT.total_seconds() * 1000)


class SessionCollection(Generic[D]):
    """The methods of PyMongo's collection that stores use, always in the current session."""

    __slots__ = ("_collection", "_session")

    def __init__(self, raw: Collection[D], session: ClientSession | None) -> None:
        self._collection = raw
        self._session = session

    @property
    def name(self) -> str:
        return self._collection.name

    def find_one(
        self, query: Mapping[str, Any], projection: Mapping[str, Any] | None = None, **options: Any
    ) -> D | None:
        return self._collection.find_one(
            query, projection, session=self._session, max_time_ms=time_limit_ms(), **options
        )

    def find(
        self, query: Mapping[str, Any], projection: Mapping[str, Any] | None = None, **options: Any
    ) -> Cursor[D]:
        options.setdefault("max_time_ms", time_limit_ms())
        return self._collection.find(query, projection, session=self._session, **options)

    def aggregate(
        self, pipeline: Sequence[Mapping[str, Any]], **options: Any
    ) -> CommandCursor[Any]:
        options.setdefault("maxTimeMS", time_limit_ms())
        return self._collection.aggregate(pipeline, session=self._session, **options)

    def count_documents(self, query: Mapping[str, Any], **options: Any) -> int:
        options.setdefault("maxTimeMS", time_limit_ms())
        return self._collection.count_documents(query, session=self._session, **options)

    def count_all(self) -> int:
        """As the database keeps it, which may be wrong by a few after a crash."""
        return self._collection.estimated_document_count(maxTimeMS=time_limit_ms())

    def count_up_to(self, query: Mapping[str, Any], most: int) -> int:
        """Without a condition it is counted along the ids; MongoDB itself would read the documents."""
        hint: dict[str, Any] = {} if query else {"hint": "_id_"}
        return self.count_documents(query, limit=most, **hint)

    def distinct(self, key: str, query: Mapping[str, Any], **options: Any) -> list[Any]:
        return self._collection.distinct(key, query, session=self._session, **options)

    def insert_one(self, document: D) -> InsertOneResult:
        return self._collection.insert_one(document, session=self._session)

    def insert_many(self, documents: Sequence[D], **options: Any) -> InsertManyResult:
        return self._collection.insert_many(documents, session=self._session, **options)

    def update_one(
        self, query: Mapping[str, Any], update: Mapping[str, Any] | list[Any], **options: Any
    ) -> UpdateResult:
        return self._collection.update_one(query, update, session=self._session, **options)

    def update_many(
        self, query: Mapping[str, Any], update: Mapping[str, Any] | list[Any], **options: Any
    ) -> UpdateResult:
        return self._collection.update_many(query, update, session=self._session, **options)

    def find_one_and_update(
        self, query: Mapping[str, Any], update: Mapping[str, Any] | list[Any], **options: Any
    ) -> D | None:
        return self._collection.find_one_and_update(query, update, session=self._session, **options)

    # Where PyMongo repeats a change, MongoDB keeps notes of it, in case it was carried out before, and a copy of the
    # document if that is to be answered: a third of a small change (decision 0019). A change that may be carried out
    # twice with the same end is sent without, and repeated here.
    def update_repeatably(
        self, query: Mapping[str, Any], update: Mapping[str, Any], **options: Any
    ) -> None:
        """Changes one document, which is given by its `_id`."""
        # PyMongo never repeats a change of many.
        self._repeated(lambda: self.update_many(query, update, **options))

    def find_one_and_update_repeatably(
        self,
        query: Mapping[str, Any],
        update: Mapping[str, Any],
        projection: Mapping[str, Any],
        *,
        again: list[Any],
        hint: str,
    ) -> D | None:
        """The document as it is after the change. `again` is sent where no answer to `update` came, or where the
        document is not one that `update` can change; after `update` it changes nothing more."""
        command = {
            "findAndModify": self.name,
            "query": query,
            "fields": projection,
            "new": True,
            "hint": hint,
            "writeConcern": self._collection.write_concern.document,
        }
        return self._repeated(
            lambda: self._updated(command | {"update": update}),
            lambda: self._updated(command | {"update": again}),
        )

    def _repeated(self, send: Callable[[], T], again: Callable[[], T] | None = None) -> T:
        """Once, after a lost connection or a change of primary. A transaction is repeated as a whole."""
        try:
            return send()
        except ServerSelectionTimeoutError:
            raise
        except AutoReconnect:
            if self._session is not None:
                raise
        except OperationFailure as error:
            if again is None or error.code != _WRONG_TYPE:
                raise
        return (again or send)()

    def _updated(self, command: Document) -> D | None:
        options = self._collection.codec_options
        answer = self._collection.database.command(
            command, codec_options=options, session=self._session
        )
        if "writeConcernError" in answer:  # not confirmed by the majority
            raise Unavailable
        document: D | None = answer["value"]
        return document

    def find_one_and_delete(self, query: Mapping[str, Any], **options: Any) -> D | None:
        return self._collection.find_one_and_delete(query, session=self._session, **options)

    def delete_one(self, query: Mapping[str, Any], **options: Any) -> DeleteResult:
        return self._collection.delete_one(query, session=self._session, **options)

    def delete_many(self, query: Mapping[str, Any], **options: Any) -> DeleteResult:
        return self._collection.delete_many(query, session=self._session, **options)

    def bulk_write(self, requests: Sequence[Any], **options: Any) -> Any:
        return self._collection.bulk_write(requests, session=self._session, **options)

    def explain(self, query: Mapping[str, Any], **options: Any) -> Document:
        return self._collection.find(query, session=self._session, **options).explain()


def batches(documents: Iterable[T], size: int) -> Iterator[list[T]]:
    batch: list[T] = []
    for document in documents:
        batch.append(document)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
