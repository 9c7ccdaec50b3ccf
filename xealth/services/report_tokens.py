"""The restricted token of a report: it opens the report of one patient in one clinic, for some minutes (rules EHR-200
to EHR-202)."""

import re
from dataclasses import dataclass

from bson import ObjectId
from django.conf import settings

from kernel import clock
from kernel.errors import Unauthorized, Unavailable
from kernel.http import ServiceError, ServiceUnavailable, segment
from users.clients.protocol import RestrictedToken
from users.services import neighbours

_ID = re.compile(r"[0-9a-z]{32}")
REFUSED = "invalid or expired token"


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """Where the report of a patient in a clinic is served."""

    clinic_id: str | ObjectId
    user_id: str

    @property
    def path(self) -> str:
        """At the report service, or at this service where it draws the report itself."""
        if settings.EXPORT_ADDRESS:
            return f"/export/report/{self._user}"
        return f"/v1/xealth/report/clinics/{self.clinic_id}/patients/{self._user}/report.pdf"

    @property
    def opened_paths(self) -> tuple[str, ...]:
        """The report service reads the person's data with the same token, through the API or at the data service
        itself."""
        if settings.EXPORT_ADDRESS:
            return (self.path, f"/data/{self._user}", f"/{self._user}")
        return (self.path,)

    @property
    def _user(self) -> str:
        return segment(self.user_id)


def create(place: ReportPlace) -> str:
    """The id of a new token. Raises Unavailable."""
    expires = clock.now() + settings.XEALTH["report_link_lifetime"]
    tokens = neighbours.restricted_tokens()
    try:
        return tokens.create_token(place.user_id, place.opened_paths, expires).id
    except (ServiceError, ServiceUnavailable):
        raise Unavailable from None


def check(token_id: str, place: ReportPlace) -> None:
    """Raises Unauthorized for any token that is not, or no longer, for this report; and Unavailable."""
    token = _find(token_id) if _ID.fullmatch(token_id) else None
    if (
        token is None
        or token.user_id != place.user_id
        or token.expiration_time <= clock.now()
        or not token.opens(place.path)
    ):
        raise Unauthorized(REFUSED)


def _find(token_id: str) -> RestrictedToken | None:
    try:
        return neighbours.restricted_tokens().get_token(token_id)
    except (ServiceError, ServiceUnavailable):
        raise Unavailable from None
