"""The effects of a change to a patient's record (rules MAIL-51 to MAIL-58).

These functions are called with ids, some time after the change and perhaps twice; each reads the present state and
acts on that.
"""

from collections.abc import Collection, Mapping
from typing import Any

from kernel import clock, ids
from kernel.db import Document
from kernel.errors import NoChange
from patients import fields
from patients.custody import is_custodial
from patients.services import data_sources, summaries, summary_mapping
from patients.services.patients import find_patient
from patients.store import patients as store
from users.services.neighbours import data_service, profile_service, user_service
from users.services.people import end_custodial_account

PROFILE_PATHS = fields.profile_paths()
COPIED = frozenset(PROFILE_PATHS)


# --- the profile of a custodial account -----------------------------------------------------------
def sync_profile(*, clinic_id: str, user_id: str, changed: Collection[str] | None) -> None:
    """Copy the changed fields (None: all that are set) into the profile, while the clinic looks after the account."""
    names = COPIED if changed is None else COPIED.intersection(changed)
    document = find_patient(clinic_id, user_id) if names else None
    if document is None or not is_custodial(document) or not _is_unclaimed(user_id):
        return
    if changed is None:
        names = frozenset(name for name in names if document.get(name) is not None)
    profile = profile_service().get_profile(user_id) or {}
    paths = {name: PROFILE_PATHS[name] for name in names}
    profile_service().update_profile(user_id, _profile_changes(document, profile, paths))


def profile_of(document: Document, paths: fields.ProfilePaths = PROFILE_PATHS) -> dict[str, Any]:
    """The profile of a person about whom nothing else is known."""
    stored = {name: path for name, path in paths.items() if document.get(name)}
    return _profile_changes(document, {}, stored)


def _is_unclaimed(user_id: str) -> bool:
    """Read from the account: the clinic's record may not show yet that its owner has claimed it."""
    user = user_service().get_user(user_id)
    return user is not None and user.is_custodial


def _profile_changes(
    document: Document, profile: Mapping[str, Any], paths: fields.ProfilePaths
) -> dict[str, Any]:
    in_patient = profile.get("patient")
    in_patient = dict(in_patient) if isinstance(in_patient, Mapping) else {}
    changes: dict[str, Any] = {}
    for name, in_profile in paths.items():
        for path, value in in_profile(document.get(name)).items():
            part, _, key = path.rpartition(".")
            if part:
                _put(in_patient, key, value)
            else:
                changes[key] = value
    return {**changes, "patient": in_patient}


def _put(target: dict[str, Any], key: str, value: Any) -> None:
    if value is None or value == "":
        target.pop(key, None)
    else:
        target[key] = value


# --- data of an existing account's owner ----------------------------------------------------------
def copy_data_sources(*, clinic_id: str, user_id: str) -> None:
    """Copy the data sources of an existing user who has joined; requests that only the clinic knows stay."""
    document = find_patient(clinic_id, user_id)
    if document is None or is_custodial(document):
        return
    delivered = [_data_source(item) for item in data_service().list_data_sources(user_id)]
    if delivered:
        data_sources.merge_data_sources(user_id=user_id, delivered=delivered)


def _data_source(item: Mapping[str, Any]) -> Document:
    stored: Document = {"providerName": item["providerName"], "state": item["state"]}
    source_id = ids.parse_id(item.get("id"))
    if source_id is not None:
        stored["dataSourceId"] = source_id
    for name in ("modifiedTime", "latestDataTime"):
        value = item.get(name)
        if value is not None:
            stored[name] = clock.parse_time(value) if isinstance(value, str) else value
    return stored


def copy_summaries(*, clinic_id: str, user_id: str) -> None:
    """Copy the summary into a new record that has none."""
    document = find_patient(clinic_id, user_id)
    if document is None or document.get("summary"):
        return
    body = {}
    for kind in ("cgm", "bgm"):
        summary = data_service().get_summary(kind, user_id)
        if summary is not None:
            body[f"{kind}Stats"] = summary_mapping.to_body(kind, summary)
    if not body:
        return
    try:
        summaries.update_summary(user_id=user_id, body=body)
    except NoChange:
        return


# --- accounts no one looks after any more ---------------------------------------------------------
def clean_up_account(*, user_id: str, deletion_id: str) -> None:
    """After the removal of a custodial patient. An account that another clinic's record still needs is left alone."""
    parsed_id = ids.parse_id(deletion_id)
    deletion = store.find_deletion(parsed_id) if parsed_id is not None else None
    if deletion is None or not is_custodial(deletion["patient"]) or store.exists_for_user(user_id):
        return
    end_custodial_account(user_id)
