"""The mails that a service writes into a folder."""

import email
import email.policy
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

_BETWEEN = b"-" * 79


def environment(folder: Path) -> dict[str, str]:
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(folder),
    }


def count(folder: Path) -> Counter[tuple[str, str]]:
    """How often each was sent, by recipient and subject."""
    return Counter((mail["To"], mail["Subject"]) for mail in newest_first(folder))


def newest_first(folder: Path) -> list[EmailMessage]:
    """Mails of one second may share a file, if their processes were forked alike."""
    files = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [mail for path in files for mail in reversed(list(_mails_of(path.read_bytes())))]


def _mails_of(written: bytes) -> Iterator[EmailMessage]:
    for raw in filter(bytes.strip, written.split(_BETWEEN)):
        yield email.message_from_bytes(raw.lstrip(), policy=email.policy.default)
