"""Events of this app: a reminder is due."""

from kernel import accesses, outbox


@outbox.event("notification.connection_reminder_due", access=accesses.in_path("user_id"))
class ConnectionReminderDue(outbox.Event):
    clinic_id: str
    user_id: str
    provider: str
    restricted_token_id: str = outbox.secret()
    reminder: str = outbox.key(is_stored=False)
