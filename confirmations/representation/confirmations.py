"""Confirmations as the API shows them. Whether the key is shown depends on the caller (states.Key)."""

from collections.abc import Sequence
from typing import Any

from confirmations.services import context, people, states
from kernel import safe_reading
from kernel.clock import ZERO
from kernel.db import Document
from kernel.principal import Principal
from kernel.safe_reading import moment, text
from users.clients.protocol import Profile


def confirmation(document: Document, caller: Principal) -> dict[str, Any]:
    """Without the creator's profile: `userid` is then empty too."""
    return _shown(document, caller, user_id="", profile=None)


def confirmation_with_profile(document: Document, caller: Principal) -> dict[str, Any]:
    return confirmations_with_profiles([document], caller)[0]


def confirmations_with_profiles(
    documents: Sequence[Document], caller: Principal
) -> list[dict[str, Any]]:
    """Each creator is looked up once; a profile that cannot be read is null and fails nothing."""
    creators = [text(document.get("creatorId")) or "" for document in documents]
    profiles = {creator: _profile(people.find_profile(creator)) for creator in set(creators)}
    return [
        _shown(document, caller, user_id=creator, profile=profiles[creator])
        for document, creator in zip(documents, creators, strict=True)
    ]


@safe_reading.tolerant("confirmation")
def _shown(
    document: Document, caller: Principal, *, user_id: str, profile: dict[str, Any] | None
) -> dict[str, Any]:
    shown = {
        "key": _key(document, caller),
        "type": document.get("type") or "",
        "status": document.get("status") or "",
        "email": text(document.get("email")) or "",
        "clinicId": document.get("clinicId") or None,
        "creatorId": text(document.get("creatorId")) or "",
        "creator": _creator(document.get("creator") or {}, user_id, profile),
        "context": context.decode(document.get("context")),
        "created": moment(document.get("created")) or ZERO,
        "modified": moment(document.get("modified")) or ZERO,
        "expiresAt": moment(document.get("expiresAt")),
        "restrictions": None,
    }
    return {
        name: value
        for name, value in shown.items()
        if value is not None or name not in ("key", "clinicId", "expiresAt")
    }


def _key(document: Document, caller: Principal) -> str | None:
    """The key of an unknown type is not shown: it may be a secret."""
    is_identifier = document.get("type") in states.IDENTIFIER_TYPES
    return str(document.get("_id")) if is_identifier or caller.is_server else None


def _creator(stored: Document, user_id: str, profile: dict[str, Any] | None) -> dict[str, Any]:
    clinic = {name: stored[name] for name in ("clinicId", "clinicName") if stored.get(name)}
    return {"userid": user_id, "profile": profile, **clinic}


def _profile(profile: Profile | None) -> dict[str, Any] | None:
    """Every key is present; nothing else of the profile is shown."""
    if profile is None:
        return None
    patient = people.patient_part(profile)
    return {
        "fullName": profile.get("fullName") or "",
        "patient": {
            "birthday": patient.get("birthday") or "",
            "diagnosisDate": patient.get("diagnosisDate") or "",
            "isOtherPerson": bool(patient.get("isOtherPerson")),
            "fullName": patient.get("fullName") or "",
        },
    }
