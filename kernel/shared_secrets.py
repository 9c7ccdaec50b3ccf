"""Secrets that another service presents with each request."""

import hmac


def is_same(sent: str, expected: str) -> bool:
    """In constant time. An empty expectation, which is a setting that was forgotten, is met by no one."""
    return bool(expected) and hmac.compare_digest(sent.encode(), expected.encode())


def is_either(sent: str, present: str, old: str) -> bool:
    """While the other side changes its secret, the old one holds, too; but not without a present one."""
    return bool(present) and (is_same(sent, present) | is_same(sent, old))
