"""Why EHR work failed, in words. A stored reason is a code, with details after a colon."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices

from ehr.choices import Failure
from kernel import choices as kernel_choices

_OF_THE_OUTBOX = (kernel_choices.Failure.WORKER_LOST, kernel_choices.Failure.HANDLER_UNKNOWN)
_NONE: Mapping[str, str] = MappingProxyType({})
_WORDS = dict(Failure.choices) | {reason.value: reason.label for reason in _OF_THE_OUTBOX}
# Codes that end in a status.
_WITH_STATUS = {
    "change_refused_": "A rule of this service refuses the change, status",
    "user_service_": "The user service answered with status",
    "report_": "The report service answered with status",
}


def add(failures: type[TextChoices], with_status: Mapping[str, str] = _NONE) -> None:
    """The reasons of one app. `with_status`: codes that end in a status, and the words before it."""
    _WORDS.update(failures.choices)
    _WITH_STATUS.update(with_status)


def in_words(reason: str) -> str:
    """A sentence. A reason without a text here is reported as a fault of the program."""
    code, _, detail = reason.partition(": ")
    if code in _WORDS:
        return f"{_WORDS[code]}: {detail}." if detail else f"{_WORDS[code]}."
    for start, text in _WITH_STATUS.items():
        status = code.removeprefix(start)
        if status != code and status.isdecimal():
            return f"{text} {status}."
    return f"A fault of the program: {reason}." if reason else ""
