"""The embedded OpenID token endpoint (rule ACCOUNT-165)."""

from django.contrib.auth.hashers import check_password, make_password

from users.store import api_clients


class EmbeddedTokenEndpoint:
    def subject_of_client(self, client_id: str, client_secret: str) -> str | None:
        found = api_clients.find_client(client_id)
        if found is None or not check_password(client_secret, found["secret"]):
            return None
        return str(found["userId"])

    def register_client(self, client_id: str, client_secret: str, user_id: str) -> None:
        """Make the credentials known, as an administrator of the real service would."""
        api_clients.set_client(client_id, secret=make_password(client_secret), user_id=user_id)
