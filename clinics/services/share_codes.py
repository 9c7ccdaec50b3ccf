"""Share codes: what a patient types to find a clinic."""

import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I and 1, no O and 0
ATTEMPTS = 100


def new_share_code() -> str:
    return "-".join(_group() for _ in range(3))


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(4))
