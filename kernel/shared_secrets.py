"""Secrets that another service presents with each request."""

import hmac


def is_same(sent: str, expected: str) -> bool:
    """In constant time. An empty expectation, which is a setting that was forgotten, is met by no one."""
    return bool(expected) and hmac.compare_digest(sent.encode(), expected.encode())
