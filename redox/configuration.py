"""The deployment's Redox settings, typed."""

from django.conf import settings


def text(name: str) -> str:
    return str(settings.REDOX[name])


def number(name: str) -> int:
    return int(settings.REDOX[name])


def flag(name: str) -> bool:
    return bool(settings.REDOX[name])
