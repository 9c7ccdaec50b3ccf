"""Who looks after the account of a patient: the clinic that has made it, or the person."""

from collections.abc import Mapping
from typing import Any

from kernel import safe_reading
from users.choices import Grant


def is_custodial(record: Mapping[str, Any]) -> bool:
    """Whether this clinic looks after it."""
    return Grant.CUSTODIAN in safe_reading.mapping(record.get("permissions"))
