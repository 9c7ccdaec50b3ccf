"""How a handler asks for a mail: once per event, however often the event is delivered."""

from collections.abc import Callable
from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from kernel import db, outbox
from kernel.events import MailRequested
from notifications.store import handled_events


@dataclass(frozen=True, slots=True)
class Cause:
    """The delivery that a mail comes from: the event's row and the handler that works on it."""

    event_id: str
    handler: str

    def is_handled(self) -> bool:
        """True when an earlier delivery had its effect; ask before steps outside the database."""
        return handled_events.is_handled(self.event_id, self.handler)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be: who gets which template with what in it."""

    recipient: str
    template: str
    variables: dict[str, str]


def request_once(cause: Cause, letter: Letter, *, also: Callable[[], object] | None = None) -> None:
    """Emit the mail, and whatever `also` emits, in one transaction with the mark of this delivery."""

    def change() -> None:
        handled_events.insert_handled(cause.event_id, cause.handler)
        outbox.emit(
            MailRequested(
                recipient=letter.recipient, template=letter.template, variables=letter.variables
            )
        )
        if also is not None:
            also()

    try:
        db.run_in_transaction(change)
    except DuplicateKeyError:
        return
