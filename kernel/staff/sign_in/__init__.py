"""How staff sign in: by password or identity provider, then perhaps a second factor. No session before the
last step (decision 0009)."""
