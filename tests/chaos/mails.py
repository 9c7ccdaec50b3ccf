"""The mails that a service writes into a folder."""

import email
import email.policy
from collections import Counter
from pathlib import Path


def environment(folder: Path) -> dict[str, str]:
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(folder),
    }


def count(folder: Path) -> Counter[tuple[str, str]]:
    """How often each was sent, by recipient and subject. Mails of one moment may share a file."""
    found: Counter[tuple[str, str]] = Counter()
    for path in folder.glob("*"):
        for raw in filter(bytes.strip, path.read_bytes().split(b"-" * 79)):
            mail = email.message_from_bytes(raw.lstrip(), policy=email.policy.default)
            found[mail["To"], mail["Subject"]] += 1
    return found
