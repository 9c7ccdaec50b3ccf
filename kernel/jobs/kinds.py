"""What an app declares of a kind of job: what it works on, and what it does with a part of that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from bson import ObjectId

PATIENTS = "patients"


@dataclass(frozen=True, slots=True)
class Task:
    """What is known of a job when a part of it is done. `wanted` is known to `plan` alone, and forgotten afterwards: it
    may hold what someone has typed. `asked_by` as `audit.record` takes it. `succeeded`: for how many it was done so
    far. `clinic`: None where it is about no clinic, or about all of them."""

    id: ObjectId
    clinic: ObjectId | None
    wanted: Mapping[str, Any]
    options: Mapping[str, Any]
    asked_by: Mapping[str, str]
    reason: str
    succeeded: int

    @property
    def clinic_id(self) -> ObjectId:
        """For a kind about a clinic."""
        if self.clinic is None:
            raise TypeError(self.id)
        return self.clinic


class Skipped(Exception):
    """Raised by work that goes on one by one: this item is left out, and the rest goes on. `words` say why, and nothing
    about a patient."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a part: for how many it was done, its rows in the file, if the job makes one, and who was left
    out: why -> items."""

    done: int
    rows: Sequence[Sequence[Any]] = ()
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Noting(Protocol):
    """The item that `Kind.create` is called for."""

    def note(self, batch: Batch) -> None:
        """It is done: once, in the transaction that stores it, which is then the only one that can: it fails where
        another worker has noted the item, or someone has canceled the job."""

    def take_over(self) -> None:
        """Whatever an earlier worker has begun of the item, it cannot note it any more. Not in a transaction."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`plan` names all that the job works on, by id and in order, and `work` takes `batch` of them at a time. Both may
    be called again after a crash, unless the work `is_atomic`: then it is done in one transaction with the note that it
    was, and neither waits for other services nor for long. Work that `is_one_by_one` is called for one item at a time,
    each in such a transaction of its own: an item that the rules refuse is left out, as one for which it raises
    `Skipped`, and the rest goes on. What refuses all of them ends the job: what `requires` raises, which is called
    before each `work` and with it. `Busy` passes: the job waits while a merge holds its clinic. What has to wait for
    other services before each item has `create` in place of `work`: it is called for one item, and notes it in the
    transaction that stores it.

    `sees` are the permissions to see the job, all of them needed, `begins` those to begin it, to cancel it and
    to start it again. With a `header` or a `write` the job makes a file. `items` says what is worked on; where these
    are user ids, `names_items` has the event of its end name them. `names` finds the names of those who were left out,
    in the clinic and by item, for who sees the job, and `page` is the page of one of them. `let_go` gives back what was
    claimed for the job when it began: called in the transaction in which it fails or is canceled. `write` makes the
    file, of the rows if there are any, where it is no table below the header."""

    name: str  # stored
    title: str
    action: str  # as the audit trail calls it
    sees: tuple[str, ...]
    begins: tuple[str, ...]
    plan: Callable[[Task], Iterable[str]]
    work: Callable[[Task, Sequence[str]], Batch] | None = None
    create: Callable[[Task, str, Noting], None] | None = None
    batch: int = 100  # 1 with `create`
    is_atomic: bool = False
    is_one_by_one: bool = False
    items: str = PATIENTS
    names_items: bool = False
    header: tuple[str, ...] = ()
    requires: Callable[[Task], None] = lambda _: None
    names: Callable[[ObjectId, Sequence[str]], Mapping[str, str]] = lambda *_: {}
    page: str = ""
    by_line: bool = False  # who is left out is named by the line of the file that was sent
    let_go: Callable[[Task], None] = lambda _: None
    write: Callable[[Task, IO[bytes], Iterable[list[str]]], None] | None = None
    # Much follows from each item, so it waits while the workers of the usual queue cannot keep up: everyone's mails are
    # in that queue.
    gives_way: bool = False

    @property
    def makes_file(self) -> bool:
        return bool(self.header or self.write)

    @property
    def lists_clinic(self) -> bool:
        """Whether its file is a list of what is in the clinic: while another clinic is merged into it, the list would
        have a part of both."""
        return self.makes_file and self.create is None


KINDS: dict[str, Kind] = {}


def add(kind: Kind) -> Kind:
    KINDS[kind.name] = kind
    return kind
