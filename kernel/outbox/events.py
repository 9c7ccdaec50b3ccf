"""Events are types: an app declares in its `events.py` what can happen there.

    @outbox.event("patient.updated")
    class PatientUpdated(outbox.Event):
        clinic_id: str
        user_id: str = outbox.key()
        changed: Sequence[str]

A field is stored in the payload under its name in camelCase. Names and keys are stored, so rows of an earlier
version are still delivered as long as a new field has a default; unknown fields of a row are ignored.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform

from kernel import texts
from kernel.accesses.declarations import Access
from kernel.choices import Failure
from kernel.errors import PermanentFailure

_KEY, _SECRET, _STORED = "key", "secret", "stored"


@dataclass(frozen=True, slots=True)
class Declaration:
    """The properties of an event besides its fields."""

    name: str
    key: str  # the field that orders events, if any
    stored: Mapping[str, str]  # field: key in the payload
    # Payload keys whose value lets its bearer act as another person; no page shows them.
    secret: frozenset[str]
    forget_payload: bool
    forget_row: bool
    unheard: str
    unemitted: str
    access: Access | None  # what its handlers touch of patients


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    declared: ClassVar[Declaration]

    event_id: str = field(default="", compare=False)  # of the row that is delivered


E = TypeVar("E", bound=Event)
DECLARED: dict[str, type[Event]] = {}


def key(*, is_stored: bool = True) -> Any:
    """The field that orders: handlers get events of one value one after another, if each was emitted in a transaction
    that also writes the thing that the value names. `is_stored=False` keeps it out of the payload."""
    return field(metadata={_KEY: True, _STORED: is_stored})


def secret() -> Any:
    """A field that lets its bearer act as another person: no page and no log shows it."""
    return field(metadata={_SECRET: True}, repr=False)


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(key, secret, field)
)
def event(
    name: str,
    *,
    forget_payload: bool = False,
    forget_row: bool = False,
    unheard: str = "",
    unemitted: str = "",
    access: Access | None = None,
) -> Callable[[type[E]], type[E]]:
    """Declare an event under the name that is stored.

    Ids only, no patient data. Where a recipient cannot be avoided, `forget_payload` drops the payload when the event is
    delivered, and `forget_row` the whole row, which no one misses; such an event has no key. An event that no handler
    hears, or that nothing emits, says why (`unheard`, `unemitted`). `access` says what its handlers touch of patients
    (`kernel.accesses`); a system check wants it of every event.
    """

    def declare(cls: type[E]) -> type[E]:
        if name in DECLARED:
            message = f"two events are called {name}"
            raise TypeError(message)
        event_type = dataclass(frozen=True, slots=True, kw_only=True, repr=not forget_payload)(cls)
        own = [event_field for event_field in fields(event_type) if event_field.name != "event_id"]
        event_type.declared = Declaration(
            name=name,
            key=_key_of(own),
            stored={
                event_field.name: texts.camel_case(event_field.name)
                for event_field in own
                if event_field.metadata.get(_STORED, True)
            },
            secret=frozenset(
                texts.camel_case(event_field.name)
                for event_field in own
                if event_field.metadata.get(_SECRET)
            ),
            forget_payload=forget_payload,
            forget_row=forget_row,
            unheard=unheard,
            unemitted=unemitted,
            access=access,
        )
        DECLARED[name] = event_type
        return event_type

    return declare


def _key_of(own: Iterable[Field[Any]]) -> str:
    keys = [event_field.name for event_field in own if event_field.metadata.get(_KEY)]
    if len(keys) > 1:
        message = f"an event has one key, not {keys}"
        raise TypeError(message)
    return "".join(keys)


def payload_of(happened: Event) -> dict[str, Any]:
    stored = happened.declared.stored.items()
    return {stored_key: getattr(happened, name) for name, stored_key in stored}


def key_of(happened: Event) -> str:
    value: str = getattr(happened, happened.declared.key) if happened.declared.key else ""
    return value


def read(event_type: type[E], row: Mapping[str, Any]) -> E:
    """The event of a stored row, whichever version wrote it."""
    declared, payload = event_type.declared, row["payload"]
    values = {name: payload[key] for name, key in declared.stored.items() if key in payload}
    if declared.key and declared.key not in declared.stored:
        values[declared.key] = row["key"]
    if _required(event_type) - values.keys():
        raise PermanentFailure(Failure.PAYLOAD_INCOMPLETE)
    return event_type(event_id=str(row["_id"]), **values)


def _required(event_type: type[Event]) -> set[str]:
    return {
        event_field.name
        for event_field in fields(event_type)
        if event_field.default is MISSING and event_field.default_factory is MISSING
    }
