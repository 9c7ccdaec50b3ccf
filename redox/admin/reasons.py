"""Why EHR work failed, in words. A stored reason is a code, with details after a colon."""

_WORDS = {
    "message_unreadable": "The message cannot be read, so nothing was done",
    "order_unreadable": "The order cannot be read, so nothing was done",
    "settings_unreadable": "The clinic's EHR settings cannot be read",
    "patient_unreadable": "The patient's record cannot be read",
    "summary_unreadable": "The patient's statistics cannot be read",
    "no_source": "The order does not say which source it is from",
    "no_clinic": "No clinic with an active Redox connection has this source",
    "several_clinics": "Several clinics have this source",
    "no_destinations": "The clinic's EHR settings name no destination to send to",
    "overtaken": "Another order for the same person was at work at the same moment",
    "neighbour_unavailable": "A service that is needed cannot be reached",
    "rate_limited": "Too many requests: it continues by itself",
    "report_unreachable": "The report service cannot be reached",
    "redox_unreachable": "Redox cannot be reached",
    "redox_upload_without_address": "Redox accepted the report and did not say where it is",
    "redox_token_unreadable": "Redox gave no access token",
    "worker_lost": "Each try ended its worker",
    "handler_unknown": "This version does not know this kind of work",
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
