"""The marketing service, which is told when a clinician's data changes (rule MAIL-61). Optional."""

import httpx2
import structlog
from django.conf import settings

from kernel import http
from kernel.http import ServiceError, ServiceUnavailable
from users.services import neighbours

SERVICE = "marketing"
TIMEOUT = httpx2.Timeout(30.0)

log = structlog.get_logger(__name__)


def refresh_user(user_id: str) -> None:
    """Best effort: nothing here depends on it, so a failure is logged and forgotten."""
    if not (settings.MARKETO_HOST and settings.MARKETO_ENABLED):
        return
    try:
        _refresh(user_id)
    except (ServiceError, ServiceUnavailable) as error:
        log.warning("marketing.not_refreshed", service=SERVICE, error=type(error).__name__)


def _refresh(user_id: str) -> None:
    url = f"{settings.MARKETO_HOST.rstrip('/')}/v1/users/{http.segment(user_id)}/marketo"
    headers = {"x-tidepool-session-token": neighbours.user_service().server_token()}
    answer = http.request(SERVICE, "POST", url, headers=headers, timeout=TIMEOUT)
    http.expect(answer, SERVICE, 200)
