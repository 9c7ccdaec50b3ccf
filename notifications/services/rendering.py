"""From a template's name and variables to what is sent: subject, HTML part and text part."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string

from notifications.services import styles
from notifications.services.catalogue import DEFAULTS, Mail
from notifications.services.plain_text import to_plain_text

LONGEST_VALUE = 200
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
# A dot inside a word, as in a host name, or the start of an address.
_LINKABLE = re.compile(r"(?<=\w)\.(?=\w{2})|(?<=\w):(?=//)")
_STYLES = {"light": styles.LIGHT, "dark": styles.DARK, "font": styles.FONT}
_FOR_LINKS = ("Email", "Key", "RestrictedTokenId", "WebPath")


@dataclass(frozen=True, slots=True)
class RenderedMail:
    subject: str
    html: str
    text: str


class VariableMissing(Exception):
    """The mail cannot be rendered: a variable without a default is missing."""


def render(mail: Mail, variables: Mapping[str, str]) -> RenderedMail:
    """Values are escaped in HTML, percent-encoded in addresses and kept on one line in the subject."""
    values = _complete(mail, variables)
    subject = mail.subject.format(**{name: on_one_line(value) for name, value in values.items()})
    context = {
        **{name: as_words(value) for name, value in values.items()},
        **_STYLES,
        "Link": _link(mail, values),
    }
    fragment = render_to_string(f"notifications/mails/{mail.body}.html", context)
    return RenderedMail(subject, _html(subject, fragment), _text(fragment))


def _complete(mail: Mail, variables: Mapping[str, str]) -> dict[str, str]:
    """The values, or else their defaults; an empty value counts as absent."""
    values = {
        name: str(variables.get(name) or "").strip() or DEFAULTS.get(name, "")
        for name in mail.variables
    }
    if any(not values[name] for name in mail.required):
        raise VariableMissing(mail.template)
    return {**values, **mail.constants}


def on_one_line(value: str) -> str:
    """Strangers type these names: none may add a header line, or reverse the text that follows it."""
    return _BLANKS.sub(" ", value).strip()[:LONGEST_VALUE]


def as_words(value: str) -> str:
    """One line in which mail clients find no address to turn into a link.

    Invitations go from one stranger to another: a "name" must not work as an advertisement.
    """
    return _LINKABLE.sub(lambda match: f"{match.group()}\u200b", on_one_line(value))


def _link(mail: Mail, values: Mapping[str, str]) -> str:
    encoded = {name: quote(values[name], safe="/") for name in _FOR_LINKS if name in values}
    return mail.link.format(WebURL=settings.WEBAPP_URL.rstrip("/"), **encoded)


def _html(subject: str, fragment: str) -> str:
    context = {
        "title": as_words(subject),
        "body": styles.with_inline_styles(fragment),
        **_STYLES,
    }
    return _plain(render_to_string("notifications/layout.html", context))


def _text(fragment: str) -> str:
    return _plain(render_to_string("notifications/layout.txt", {"body": to_plain_text(fragment)}))


def _plain(text: str) -> str:
    """A plain `str`, without Django's SafeString mark: what is safe in a mail is not safe inside another page."""
    return "".join((text,))
