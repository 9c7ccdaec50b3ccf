"""Who calls."""

from dataclasses import dataclass

# Where the web process finds the caller of a request after it (clinics_site/web), and puts it when it knows it before.
ENVIRON_KEY = "clinics.principal"


@dataclass(frozen=True, slots=True)
class Principal:
    """The subject of a session token, as the user service tells it.

    `user_id`: 10 hex digits or a lower-case UUID; for a server token the id of the technical account,
    which does not tell which service calls.
    """

    user_id: str
    is_server: bool
    identity_provider: str | None = None

    @property
    def acting_user_id(self) -> str | None:
        """The person behind the call: what goes into "who did it" fields. None for services."""
        return None if self.is_server else self.user_id
