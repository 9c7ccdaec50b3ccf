"""Mails that ask a patient to connect a device maker's account, and the reminder a week later.

Each carries a restricted token: the holder of the link may start the connection as the patient. So the tokens of
earlier links are revoked first, even when the patient no longer has an address to mail to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings

from kernel import clock, outbox
from notifications.events import ConnectionReminderDue
from notifications.services import directory
from notifications.services.catalogue import PROVIDERS
from notifications.services.requests import Cause, Draft, request_once
from patients.choices import SourceState
from patients.custody import is_custodial
from users.services import neighbours

TOKEN_LIFETIME = timedelta(days=30)
_WERE_CONNECTED = {SourceState.PENDING_RECONNECT.value, SourceState.CONNECTED.value}

log = structlog.get_logger(__name__)
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Connection:
    """One patient of one clinic and the provider to be connected."""

    clinic_id: str
    user_id: str
    provider: str

    @property
    def path(self) -> str:
        """What the mailed token may be used for: this path and nothing else."""
        return f"/v1/oauth/{self.provider}"

    @property
    def reminder_key(self) -> str:
        """One open reminder per person and provider, whichever clinic asked last."""
        return f"{self.user_id}:{self.provider}"


def ask_to_connect(cause: Cause, connection: Connection) -> None:
    """Mail the newest request of this provider."""
    patient = directory.find_patient(connection.clinic_id, connection.user_id)
    if patient is not None:
        _ask(cause, connection, patient)


def ask_again_at_new_address(cause: Cause, *, clinic_id: str, user_id: str) -> None:
    """After a change of address: links mailed to the old one stop working, open requests go to the new one.

    Providers are independent: one that fails is tried again without repeating the others' mails.
    """
    patient = directory.find_patient(clinic_id, user_id)
    failures = []
    for provider in _requested_providers(patient or {}):
        provider_cause = Cause(cause.event_id, f"{cause.handler}.{provider}")
        try:
            _move_request(provider_cause, Connection(clinic_id, user_id, provider), patient or {})
        except Exception as error:  # noqa: BLE001 (raised again below, after the other providers)
            failures.append(error)
    if failures:
        raise failures[0]


def _requested_providers(patient: Document) -> list[str]:
    requests = patient.get("providerConnectionRequests") or {}
    return sorted(provider for provider, entries in requests.items() if entries)


def _move_request(cause: Cause, connection: Connection, patient: Document) -> None:
    """A connected provider needs no new mail: its old links are only revoked."""
    if SourceState.CONNECTED not in directory.find_source_states(patient, connection.provider):
        _ask(cause, connection, patient)
    else:
        _revoke_links(connection)


def _ask(cause: Cause, connection: Connection, patient: Document) -> None:
    if connection.provider not in PROVIDERS:
        log.warning("connection.provider_unknown", clinic=connection.clinic_id)
        return
    # A repeated delivery must not revoke the link that the first one has mailed.
    if cause.is_handled():
        return
    _revoke_links(connection)
    address = directory.find_address(connection.user_id)
    clinic = directory.find_clinic(connection.clinic_id)
    if not address or clinic is None:
        outbox.withdraw(ConnectionReminderDue, connection.reminder_key)
        return
    token_id = _new_link(connection)
    draft = Draft(
        recipient=address,
        template=f"request_{connection.provider}_{_action(connection, patient)}",
        variables=_variables(connection, patient, clinic, token_id),
    )
    request_once(cause, draft, also=_scheduling(connection, token_id))


def _action(connection: Connection, patient: Document) -> str:
    if directory.find_source_states(patient, connection.provider) & _WERE_CONNECTED:
        return "reconnect"
    return "connect_custodial" if is_custodial(patient) else "connect"


def _variables(
    connection: Connection, patient: Document, clinic: Document, token_id: str
) -> dict[str, str]:
    return {
        "ClinicName": clinic.get("name") or "",
        "PatientName": patient.get("fullName") or "",
        "ProviderName": connection.provider,
        "RestrictedTokenId": token_id,
    }


def _revoke_links(connection: Connection) -> None:
    tokens = neighbours.restricted_tokens()
    for token in tokens.list_tokens(connection.user_id):
        if token.paths == (connection.path,):
            tokens.delete_token(token.id)


def _new_link(connection: Connection) -> str:
    tokens = neighbours.restricted_tokens()
    expires = clock.now() + TOKEN_LIFETIME
    return tokens.create_token(connection.user_id, (connection.path,), expires).id


def _scheduling(connection: Connection, token_id: str) -> Callable[[], None]:
    """A newer reminder replaces an open one."""

    def schedule() -> None:
        outbox.withdraw(ConnectionReminderDue, connection.reminder_key)
        outbox.emit(
            ConnectionReminderDue(
                clinic_id=connection.clinic_id,
                user_id=connection.user_id,
                provider=connection.provider,
                restricted_token_id=token_id,
                reminder=connection.reminder_key,
            ),
            not_before=clock.now() + settings.REMINDERS_INTERVAL,
        )

    return schedule


def remind_to_connect(cause: Cause, connection: Connection, *, token_id: str) -> None:
    """Sends nothing when the patient has connected, has left the clinic, or has no address; nor when the link that it
    would repeat works no more, because another one was mailed since."""
    patient = directory.find_patient(connection.clinic_id, connection.user_id)
    clinic = directory.find_clinic(connection.clinic_id)
    address = directory.find_address(connection.user_id)
    if patient is None or clinic is None or not address or _is_connected(connection):
        return
    if neighbours.restricted_tokens().get_token(token_id) is None:
        return
    draft = Draft(
        recipient=address,
        template=f"reminder_{connection.provider}_connect_custodial",
        variables=_variables(connection, patient, clinic, token_id),
    )
    request_once(cause, draft)


def _is_connected(connection: Connection) -> bool:
    """According to the data service: the clinic's copy may be behind."""
    sources = neighbours.data_service().list_data_sources(connection.user_id)
    return any(
        source.get("providerName") == connection.provider
        and source.get("state") == SourceState.CONNECTED
        for source in sources
    )


def report_device_issue(cause: Cause, *, user_id: str, provider: str) -> None:
    """A connection failed: links mailed before keep working, and one more is sent."""
    address = directory.find_address(user_id)
    if provider not in PROVIDERS or not address or cause.is_handled():
        return
    audience = "shared" if directory.is_clinic_patient(user_id) else "personal"
    draft = Draft(
        recipient=address,
        template=f"device_issue_{provider}_{audience}",
        variables={
            "FullName": directory.find_full_name(user_id),
            "ProviderName": provider,
            "RestrictedTokenId": _extended_link(Connection("", user_id, provider)),
        },
    )
    request_once(cause, draft)


def _extended_link(connection: Connection) -> str:
    """An existing link's token, valid 30 days from now; a new one only if there is none."""
    tokens = neighbours.restricted_tokens()
    expires = clock.now() + TOKEN_LIFETIME
    existing = [t for t in tokens.list_tokens(connection.user_id) if t.paths == (connection.path,)]
    for token in existing:
        tokens.extend_token(token.id, (connection.path,), expires)
    return existing[0].id if existing else _new_link(connection)
