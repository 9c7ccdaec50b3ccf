"""Reports of faults of the program to a server that speaks Sentry's protocol, off unless SENTRY_DSN is set.

A report says which exception was raised in which lines of code, by which operation, handler or task. It is made
of what is listed here, so that whatever else the library collects stays behind: the exception's message, which quotes
documents, values of variables, the request with its address and body, breadcrumbs, the name of the machine.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings

_EVENT = ("event_id", "timestamp", "platform", "level", "environment", "sdk")
_EXCEPTION = ("type", "module")
_FRAME = ("filename", "function", "module", "lineno", "in_app")


def send(error: BaseException, **tags: str) -> None:
    """Does nothing when reports are off. `tags` are names of our own: operation, handler, task."""
    if settings.CRASH_REPORTS_TO:
        _client()
        import sentry_sdk

        with sentry_sdk.new_scope() as scope:
            scope.set_tags(tags)
            scope.capture_exception(error)


@cache
def _client() -> None:
    """Begun on first use, so that its thread is one of the process that uses it (fact F29)."""
    start(dsn=settings.CRASH_REPORTS_TO)


def start(**options: Any) -> None:
    import sentry_sdk

    # Without integrations nothing is collected or reported by itself.
    sentry_sdk.init(
        **options,
        environment=settings.ENVIRONMENT,
        server_name="",
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        send_client_reports=False,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        propagate_traces=False,
        before_send=_scrubbed,
    )


def _scrubbed(event: Any, hint: Any) -> Any:
    kept = _only(_EVENT, event)
    kept["tags"] = dict(event.get("tags") or {})
    values = (event.get("exception") or {}).get("values") or []
    kept["exception"] = {"values": [_exception(value) for value in values]}
    return kept


def _exception(value: Mapping[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or []
    stack = {"frames": [_only(_FRAME, frame) for frame in frames]}
    return {**_only(_EXCEPTION, value), "stacktrace": stack}


def _only(names: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}
