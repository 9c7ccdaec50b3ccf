"""The embedded profile service (behaviour note worker, B3)."""

from users.clients.protocol import Profile
from users.store import profiles


class EmbeddedProfileService:
    def get_profile(self, user_id: str) -> Profile | None:
        return profiles.find_profile(user_id)

    def update_profile(self, user_id: str, changes: Profile) -> Profile:
        return profiles.set_profile_keys(user_id, changes)
