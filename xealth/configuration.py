"""The deployment's Xealth settings, typed."""

from django.conf import settings


def text(name: str) -> str:
    return str(settings.XEALTH[name])


def is_enabled() -> bool:
    return bool(settings.XEALTH["enabled"])


def is_embedded() -> bool:
    """Whether a stand-in takes the place of Xealth: never where people might believe that an order was sent."""
    return settings.MAY_EMBED_XEALTH and not text("client_id")


def is_complete() -> bool:
    """Whether orders can be placed: switched on, with credentials or a stand-in."""
    return is_enabled() and (is_embedded() or bool(text("client_id") and text("client_secret")))
