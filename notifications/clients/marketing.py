"""The marketing service, which is told when a clinician's data changes (rule MAIL-61). Optional."""

import httpx2
import structlog
from django.conf import settings

from kernel import http
from kernel.http import ServiceError
from users.services import neighbours

SERVICE = "marketing"
# Other events wait behind a call, so a service that hangs may not keep a worker for long.
TIMEOUT = httpx2.Timeout(5.0, connect=2.0)

log = structlog.get_logger(__name__)


def refresh_user(user_id: str) -> None:
    """Nothing here depends on it, so a refusal is logged and forgotten. Raises ServiceUnavailable while the service
    cannot be reached: the event is then tried again later."""
    if not (settings.MARKETO_HOST and settings.MARKETO_ENABLED):
        return
    try:
        _refresh(user_id)
    except ServiceError as error:
        log.warning("marketing.not_refreshed", service=SERVICE, error=type(error).__name__)


def _refresh(user_id: str) -> None:
    url = f"{settings.MARKETO_HOST.rstrip('/')}/v1/users/{http.segment(user_id)}/marketo"
    headers = {"x-tidepool-session-token": neighbours.user_service().server_token()}
    answer = http.request(SERVICE, "POST", url, headers=headers, timeout=TIMEOUT)
    http.expect(answer, SERVICE, 200)
