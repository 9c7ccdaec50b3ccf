"""The panel of the health record on a clinic's page: which way the clinic has, and what each way shows of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from clinic_records.choices import EhrProvider
from kernel import safe_reading
from kernel.db import Document
from kernel.staff import pages, roles


@dataclass(frozen=True, slots=True)
class Part:
    """What one provider adds. `context` is None where it has nothing to show of the clinic; its `links` (label and
    address) go to the foot of the panel, for staff who see messages."""

    provider: str
    template: str
    context: Callable[[HttpRequest, Document], dict[str, Any] | None]


_TEMPLATE = "ehr/staff/_clinic_panel.html"
_PARTS: dict[str, Part] = {}
_PROVIDERS = dict(EhrProvider.choices)


def add_part(part: Part) -> None:
    _PARTS[part.provider] = part


def _panel(request: HttpRequest, clinic: Document) -> dict[str, Any] | None:
    """None for clinics that never had a connection."""
    settings = safe_reading.mapping(clinic.get("ehrSettings"))
    contexts = {name: part.context(request, clinic) for name, part in sorted(_PARTS.items())}
    shown = {name: context for name, context in contexts.items() if context is not None}
    if not settings and not shown:
        return None
    provider = safe_reading.text(settings.get("provider")) or ""
    return {
        "clinic_id": str(clinic["_id"]),
        "provider": _PROVIDERS.get(provider, provider),
        "is_on": settings.get("enabled") is True,
        "parts": [_rendered(request, name, context) for name, context in shown.items()],
        "links": [link for context in shown.values() for link in context.get("links", ())],
    }


def rendered(request: HttpRequest, clinic: Document) -> str:
    """The panel, as the clinic's overview shows it; "" for a clinic that never had a connection."""
    context = _panel(request, clinic)
    if context is None:
        return ""
    context["may"] = pages.Permissions(request)
    return render_to_string(_TEMPLATE, context, request)


def _rendered(request: HttpRequest, provider: str, context: dict[str, Any]) -> str:
    context = {**context, "may": pages.Permissions(request)}
    return render_to_string(_PARTS[provider].template, context, request)


pages.CLINIC_PANELS.add(pages.Panel(_TEMPLATE, _panel, roles.FIND))
