"""The deployment's Xealth settings, typed."""

from django.conf import settings


def text(name: str) -> str:
    return str(settings.XEALTH[name])


def is_complete() -> bool:
    """Whether Xealth can be called: switched on, with credentials."""
    return bool(settings.XEALTH["enabled"] and text("client_id") and text("client_secret"))
