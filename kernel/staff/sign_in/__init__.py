"""How staff sign in: password or identity provider, then perhaps a second factor, and never half (decision 0009)."""
