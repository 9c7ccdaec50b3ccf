"""Events of accounts. Tidepool's own user service calls the API instead (rules MAIL-66 to MAIL-69)."""

from collections.abc import Sequence

from kernel import accesses, outbox


@outbox.event("user.updated", access=accesses.in_path("user_id"))
class UserUpdated(outbox.Event):
    user_id: str = outbox.key()
    changed: Sequence[str]


@outbox.event("user.logged_in", access=accesses.NO_PATIENT)
class UserLoggedIn(outbox.Event):
    """Someone has logged in with the password. At most once an hour for each person, as it is noted."""

    user_id: str = outbox.key()


@outbox.event("user.password_set", access=accesses.in_path("user_id"))
class PasswordSet(outbox.Event):
    """The first password of an account: its person owns it from now on."""

    user_id: str = outbox.key()


@outbox.event("user.deleted", access=accesses.in_path("user_id"))
class UserDeleted(outbox.Event):
    user_id: str = outbox.key()
