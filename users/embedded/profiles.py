"""Profiles (rules ACCOUNT-144 and ACCOUNT-145)."""

from kernel.errors import PayloadTooLarge
from users.clients.protocol import Profile
from users.store import profiles


def find_profile(user_id: str) -> Profile | None:
    return profiles.find_profile(user_id)


def update_profile(user_id: str, changes: Profile) -> Profile:
    profile = profiles.set_profile_keys(user_id, changes)
    if any(profile.get(name) != value for name, value in changes.items()):
        msg = "the profile would be too large"
        raise PayloadTooLarge(msg)
    return profile
