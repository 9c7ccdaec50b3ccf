"""How a handler requests a mail: once per event, however often the event is delivered."""

from collections.abc import Callable
from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from kernel import db, outbox
from kernel.events import MailRequested
from notifications.store import handled_events


@dataclass(frozen=True, slots=True)
class Cause:
    """The delivery that causes a mail: the event's row and the handler that works on it."""

    event_id: str
    handler: str

    def is_handled(self) -> bool:
        """True when an earlier delivery had its effect. Check this before steps outside the database."""
        return handled_events.is_handled(self.event_id, self.handler)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail to be requested: its recipient, template and variables."""

    recipient: str
    template: str
    variables: dict[str, str]


def request_once(cause: Cause, draft: Draft, *, also: Callable[[], object] | None = None) -> None:
    """Emit the mail, and what `also` emits, in the transaction that marks this delivery as handled."""

    def change() -> None:
        handled_events.insert_handled(cause.event_id, cause.handler)
        outbox.emit(
            MailRequested(
                recipient=draft.recipient, template=draft.template, variables=draft.variables
            )
        )
        if also is not None:
            also()

    try:
        db.run_in_transaction(change)
    except DuplicateKeyError:
        return
