"""Staff pages of webhooks. Importing registers them."""

from webhooks.admin import hooks  # noqa: F401
