"""Times as staff pages show them."""

from datetime import UTC, datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString


def when(moment: Any) -> str | SafeString:
    """An absolute time with its zone, to the minute; the exact value is in the tooltip, to which staff.js adds
    how long ago that was."""
    if not isinstance(moment, datetime):
        return "—" if moment in (None, "") else str(moment)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return format_html(
        '<time class="st-time" datetime="{0}" title="{0}">{1} UTC</time>',
        moment.isoformat(timespec="seconds"),
        f"{moment.day} {moment:%b %Y, %H:%M}",
    )
