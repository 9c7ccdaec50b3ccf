"""Confirmations as the API shows them: to whom decides whether the key is shown (states.Key)."""

from typing import Any

from clinics_site.core.db import Document
from clinics_site.core.principal import Principal
from confirmations.services import context, people, states
from users.clients.protocol import Profile


def confirmation(document: Document, caller: Principal) -> dict[str, Any]:
    """Without the creator's profile: `userid` is then empty too."""
    return _shown(document, caller, user_id="", profile=None)


def confirmation_with_profile(document: Document, caller: Principal) -> dict[str, Any]:
    return confirmations_with_profiles([document], caller)[0]


def confirmations_with_profiles(
    documents: list[Document], caller: Principal
) -> list[dict[str, Any]]:
    """Each creator is looked up once; a profile that can not be read is null and fails nothing."""
    creators = {document["creatorId"] for document in documents}
    profiles = {creator: people.find_profile(creator) for creator in creators}
    return [
        _shown(d, caller, user_id=d["creatorId"], profile=_profile(profiles[d["creatorId"]]))
        for d in documents
    ]


def _shown(
    document: Document, caller: Principal, *, user_id: str, profile: dict[str, Any] | None
) -> dict[str, Any]:
    shown = {
        "key": _key(document, caller),
        "type": document["type"],
        "status": document["status"],
        "email": document.get("email", ""),
        "clinicId": document.get("clinicId") or None,
        "creatorId": document.get("creatorId", ""),
        "creator": _creator(document.get("creator") or {}, user_id, profile),
        "context": context.decode(document.get("context")),
        "created": document["created"],
        "modified": document["modified"],
        "expiresAt": document.get("expiresAt"),
        "restrictions": None,
    }
    return {
        name: value
        for name, value in shown.items()
        if value is not None or name not in ("key", "clinicId", "expiresAt")
    }


def _key(document: Document, caller: Principal) -> str | None:
    is_secret = document["type"] in states.SECRET_TYPES
    return None if is_secret and not caller.is_server else str(document["_id"])


def _creator(stored: Document, user_id: str, profile: dict[str, Any] | None) -> dict[str, Any]:
    clinic = {name: stored[name] for name in ("clinicId", "clinicName") if stored.get(name)}
    return {"userid": user_id, "profile": profile, **clinic}


def _profile(profile: Profile | None) -> dict[str, Any] | None:
    """Every key is present; nothing else of the profile is shown."""
    if profile is None:
        return None
    about = people.patient_part(profile)
    return {
        "fullName": profile.get("fullName") or "",
        "patient": {
            "birthday": about.get("birthday") or "",
            "diagnosisDate": about.get("diagnosisDate") or "",
            "isOtherPerson": bool(about.get("isOtherPerson")),
            "fullName": about.get("fullName") or "",
        },
    }
