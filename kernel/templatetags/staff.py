"""Small pieces that every staff page uses."""

import json
import re
from datetime import date, datetime
from typing import Any

import orjson
from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from kernel.api.rendering import encode
from kernel.choices import ClinicianRole
from kernel.page_limits import MOST_COUNTED
from kernel.staff import actions, labels, pages
from kernel.staff.differences import difference, flat
from kernel.staff.moments import when
from kernel.texts import DIRECTIONS

register = template.Library()

_ESCAPED_DIRECTIONS = {ord(sign): f"\\u{ord(sign):04x}" for sign in DIRECTIONS}
_KINDS = {
    "done": "good", "ok": "good", "connected": "good", "active": "good", "yes": "good",
    "pending": "wait", "running": "wait", "claimed": "wait", "waiting": "wait", "pendingReconnect": "wait",
    "error": "bad", "dead": "bad", "failed": "bad", "denied": "bad", "disconnected": "bad",
}  # fmt: skip


register.filter("sentence", pages.sentence)
register.filter("action", actions.in_words)
register.filter(when)


@register.filter
def counted(number: int) -> str:
    """A number at which counting may have stopped."""
    return f"{number} or more" if number == MOST_COUNTED else str(number)


@register.filter
def day(moment: Any) -> str:
    if isinstance(moment, date | datetime):
        return f"{moment.day} {moment:%b %Y}"
    return moment or "—"


@register.simple_tag
def badge(text: Any, kind: str = "") -> SafeString:
    """A word in a coloured box; the colour never says what the word does not."""
    style = kind or _KINDS.get(str(text), "plain")
    return format_html('<span class="st-badge st-{}">{}</span>', style, text)


@register.simple_tag
def source_state(state: Any) -> SafeString:
    """The state of a data source, with the colour of its code."""
    return badge(labels.of(labels.SOURCE_STATE, state).lower(), _KINDS.get(str(state), "plain"))


_ATOMS = re.compile(r"[^-._@/:]*[-._@/:]*")
_LONGEST_PIECE = 20  # characters: a user id takes two lines, where there is no room for one


@register.filter
def pieces(text: Any) -> SafeString:
    """An id, a code or an address that may be broken after punctuation or in its middle, and nowhere else:
    otherwise it becomes a column of single letters in a narrow cell."""
    full_text = str(text)
    if " " in full_text:
        return conditional_escape(full_text)
    parts = ((piece,) for piece in _pieces(full_text))
    return format_html(
        '<span class="st-pieces">{}</span>',
        format_html_join(mark_safe("<wbr>"), "<span>{}</span>", parts),
    )


def _pieces(text: str) -> list[str]:
    pieces_so_far = [""]
    for atom in (part for whole in _ATOMS.findall(text) for part in _halves(whole)):
        if len(pieces_so_far[-1]) + len(atom) > _LONGEST_PIECE:
            pieces_so_far.append("")
        pieces_so_far[-1] += atom
    return [piece for piece in pieces_so_far if piece]


def _halves(atom: str) -> list[str]:
    """Equal parts of a text without punctuation to break at."""
    number = -(-len(atom) // _LONGEST_PIECE) or 1
    size = -(-len(atom) // number) or 1
    return [atom[start : start + size] for start in range(0, len(atom), size)]


@register.simple_tag
def code(value: Any) -> SafeString:
    """An id or another technical text, in fixed-width type."""
    return format_html('<code class="st-code">{}</code>', pieces(value))


@register.simple_tag
def linked(text: Any, page: str, *ids: Any) -> SafeString:
    """The text as a link to a page; without one where an id is such that no page can have it."""
    address = pages.address_of(page, *ids)
    return (
        format_html('<a href="{}">{}</a>', address, text) if address else conditional_escape(text)
    )


@register.simple_tag
def copy(value: Any, label: str = "value") -> SafeString:
    """A value in fixed-width type with a button that copies it."""
    return format_html(
        '<span class="st-copy"><code>{}</code>{}</span>', pieces(value), _copy_button(value, label)
    )


@register.simple_tag
def short(value: Any, label: str = "id", address: str = "") -> SafeString:
    """An id in a table: its end, which tells those of one minute apart; all of it in the tooltip and on paper; and a
    button that copies it. `address`: where it leads to."""
    code = format_html('<code title="{0}"><bdi dir="ltr">{0}</bdi></code>', value)
    return format_html(
        '<span class="st-copy st-short">{}{}</span>',
        format_html('<a href="{}">{}</a>', address, code) if address else code,
        _copy_button(value, label),
    )


@register.simple_tag
def query(name: str, value: Any) -> str:
    """The address of this page with one field of its filter."""
    return f"?{urlencode({name: value})}"


def _copy_button(value: Any, label: str) -> SafeString:
    return format_html(
        '<button type="button" data-copy="{0}" aria-label="Copy {1}" title="Copy {1}">'
        '<span class="material-symbols-outlined" aria-hidden="true">content_copy</span></button>',
        value,
        label,
    )


@register.filter
def pretty(value: Any) -> str:
    """JSON as people read it, ids and times included; signs of direction as escapes, so that they are seen."""
    text = json.dumps(orjson.loads(encode(value)), indent=2, ensure_ascii=False)
    return text.translate(_ESCAPED_DIRECTIONS)


@register.filter
def label(code: Any, field: str) -> Any:
    """A code as people read it: `{{ source.providerName|label:"provider" }}`."""
    return labels.of(field, code)


@register.filter
def shown(value: Any, field: str = "") -> str:
    """A setting's value on a page: words instead of None, True, [] and of the codes that the field has."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, list):
        return ", ".join(shown(item, field) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(item, name)}" for name, item in value.items())
    return str(labels.of(field, value))


@register.filter
def item(mapping: Any, key: str) -> Any:
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def oid(document: Any) -> str:
    """`_id`, which templates cannot access."""
    return str(document.get("_id", "")) if hasattr(document, "get") else ""


@register.filter
def words(name: str) -> str:
    """`hardLimit.plan` as `hard limit, plan`."""
    text = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return text.replace(".", ", ").replace("_", " ").strip()


@register.filter
def changes(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The settings an audit event changed, one row each."""
    return difference(event.get("before"), event.get("after"))


@register.filter
def rows(values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Nested settings as flat (name, value) pairs."""
    return list(flat(values or {}).items())


@register.filter
def split_words(text: str) -> list[str]:
    return text.split()


_ROLE_NAMES = {role.value: role.label.lower() for role in ClinicianRole}


@register.filter
def role_name(role: str) -> str:
    return _ROLE_NAMES.get(role, role)


@register.filter
def pluralized(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
