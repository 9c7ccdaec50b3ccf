"""What became of the mails that ask a patient to connect an account."""

from collections.abc import Sequence

from kernel.db import Document
from notifications.services import mailer
from notifications.services.catalogue import PROVIDERS


def newest_of(address: str, providers: Sequence[str]) -> dict[str, Document]:
    """Provider -> the record of the newest mail to this address."""
    newest: dict[str, Document] = {}
    for record in mailer.list_sent_to(address):
        provider = _provider_of(str(record.get("template")))
        if provider in providers:
            newest.setdefault(provider, record)
    return newest


def _provider_of(template: str) -> str:
    return next((name for name in PROVIDERS if template.startswith(f"request_{name}_")), "")
