"""What a clinic is connected with, in words: each way into the health record, single sign-on, device accounts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clinic_records.choices import EhrProvider
from kernel import safe_reading
from kernel.db import Document
from patients.choices import DataProvider, SourceState

_MAKERS = dict(DataProvider.choices)


@dataclass(frozen=True, slots=True)
class Integration:
    """`state` for the badge and its `kind`; `words` say more."""

    name: str
    state: str
    kind: str
    words: str


def of_clinic(clinic: Document, counted: Mapping[str, Any]) -> list[Integration]:
    """`counted`: the clinic's counts that can be read."""
    settings = safe_reading.mapping(clinic.get("ehrSettings"))
    return [
        *(_health_record(provider, settings) for provider in EhrProvider),
        _sign_on(clinic),
        _device_accounts(safe_reading.mapping(counted.get("providers"))),
    ]


def _health_record(provider: EhrProvider, settings: Document) -> Integration:
    """Settings that name no provider are those of Redox, which was the only one once."""
    chosen = safe_reading.text(settings.get("provider")) or (EhrProvider.REDOX if settings else "")
    if chosen != provider:
        return Integration(provider.label, "not connected", "", "")
    source = safe_reading.text(settings.get("sourceId"))
    words = f"source {source}" if source else "without a source id"
    if settings.get("enabled") is True:
        return Integration(provider.label, "on", "good", words)
    return Integration(provider.label, "off", "", f"set up, {words}")


def _sign_on(clinic: Document) -> Integration:
    required = list(_required(clinic))
    state, kind = ("required", "good") if required else ("not required", "")
    return Integration("Single sign-on", state, kind, "; ".join(required))


def _required(clinic: Document) -> Iterator[str]:
    for entry in safe_reading.objects(clinic.get("membershipRestrictions")):
        provider = safe_reading.text(entry.get("requiredIdp"))
        if provider:
            domain = safe_reading.text(entry.get("emailDomain")) or "any domain"
            yield f"{domain} through {provider}"


def _device_accounts(providers: Mapping[str, Any]) -> Integration:
    """Accounts at the makers of devices that patients have connected directly."""
    connected = {
        name: safe_reading.mapping(counts.get("states")).get(SourceState.CONNECTED, 0)
        for name, counts in sorted(providers.items())
    }
    words = ", ".join(f"{_MAKERS.get(name, name)} {n}" for name, n in connected.items() if n)
    if not words:
        return Integration("Direct connect", "none connected", "", "")
    return Integration("Direct connect", "in use", "good", f"accounts that are connected: {words}")
