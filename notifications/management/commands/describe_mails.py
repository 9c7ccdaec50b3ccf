"""Prints docs/mails.md, the catalogue of mails: manage.py describe_mails > docs/mails.md"""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.services.catalogue import CATALOGUE, DEFAULTS, Mail

INTRODUCTION = """\
# Mails

Every mail that the service can send. `manage.py describe_mails` prints this page, and a test compares it
with the code.

To send a mail, code emits `mail.requested` with `recipient`, `template` and `variables` (texts). The mailer
renders the template of that name and sends it once. `WebURL` is `TIDEPOOL_WEBAPP_URL`. A variable in
parentheses may be absent; the table shows what replaces it. If a required one is missing, the event is
parked. Values are escaped in the body and percent-encoded in the link.
"""


class Command(BaseCommand):
    help = "Print the catalogue of mails as Markdown"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(describe(), ending="")


def describe() -> str:
    defaults = [f"| `{name}` | {value or '(nothing)'} |" for name, value in DEFAULTS.items()]
    parts = [
        INTRODUCTION,
        "| variable | when absent |\n|---|---|\n" + "\n".join(defaults) + "\n",
        *(_section(mail) for mail in CATALOGUE.values()),
    ]
    return "\n".join(parts)


def _section(mail: Mail) -> str:
    variables = ", ".join(
        f"`{name}`" if name in mail.required else f"(`{name}`)" for name in mail.variables
    )
    lines = [
        f"## `{mail.template}`",
        "",
        f"The mail {mail.purpose}.",
        "",
        f"* Subject: {mail.subject}",
        f"* Link: `{mail.link}`" if mail.link else "* No link",
        f"* Variables: {variables or 'none'}",
        f"* Body: `notifications/templates/notifications/mails/{mail.body}.html`",
        "",
    ]
    return "\n".join(lines)
