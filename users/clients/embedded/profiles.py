"""The embedded profile service (rules ACCOUNT-144 and ACCOUNT-145)."""

from kernel.errors import PayloadTooLarge
from users.clients.protocol import Profile
from users.store import profiles


class EmbeddedProfileService:
    def get_profile(self, user_id: str) -> Profile | None:
        return profiles.find_profile(user_id)

    def update_profile(self, user_id: str, changes: Profile) -> Profile:
        found = profiles.set_profile_keys(user_id, changes)
        if any(found.get(name) != value for name, value in changes.items()):
            msg = "the profile would be too large"
            raise PayloadTooLarge(msg)
        return found
