"""Why EHR work failed, in words. A stored reason is a code, with details after a colon."""

from ehr import choices as ehr_choices
from kernel import choices as kernel_choices
from redox.choices import Failure

_OF_THE_OUTBOX = (kernel_choices.Failure.WORKER_LOST, kernel_choices.Failure.HANDLER_UNKNOWN)
_WORDS = dict(Failure.choices + ehr_choices.Failure.choices) | {
    reason.value: reason.label for reason in _OF_THE_OUTBOX
}
# Codes that end in a status.
_WITH_STATUS = {
    "change_refused_": "A rule of this service refuses the change, status",
    "user_service_": "The user service answered with status",
    "report_": "The report service answered with status",
    "redox_message_refused_": "Redox refuses the message, status",
    "redox_token_refused_": "Redox refuses our credentials, status",
    "redox_message_": "Redox answered with status",
    "redox_token_": "Redox gave no access token, status",
}


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
