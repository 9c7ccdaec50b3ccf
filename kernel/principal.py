"""The caller of a request."""

from dataclasses import dataclass

# Where the web process finds the caller after the request (clinics_site/web), or puts it when it knows the
# caller before.
ENVIRON_KEY = "clinics.principal"


@dataclass(frozen=True, slots=True)
class Principal:
    """The subject of a session token, as the user service reports it.

    `user_id`: 10 hex digits or a lower-case UUID; for a server token the id of the technical account, which
    does not say which service calls.
    """

    user_id: str
    is_server: bool
    identity_provider: str | None = None

    @property
    def acting_user_id(self) -> str | None:
        """The person behind the call, for fields that record who made a change. None for services."""
        return None if self.is_server else self.user_id
