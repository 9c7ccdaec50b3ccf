"""What the page of a patient shows of mails that ask for a connection."""

from collections.abc import Sequence

from notifications.choices import SendState
from notifications.services import connection_mails
from patients.admin import arrivals
from patients.admin.arrivals import Mail

_WORDS = {
    SendState.SENDING.value: ("being sent", "wait"),
    SendState.SENT.value: ("sent", "good"),
    SendState.FAILED.value: ("failed", "bad"),
    SendState.UNCLEAR.value: ("unclear, an operator decides", "bad"),
}


def _mails(address: str, providers: Sequence[str]) -> dict[str, Mail]:
    newest = connection_mails.newest_of(address, providers)
    return {
        provider: Mail(*_WORDS[record["state"]], changed=record["time"])
        for provider, record in newest.items()
    }


arrivals.add_mails(_mails)
