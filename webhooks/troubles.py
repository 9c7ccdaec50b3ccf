"""What staff are told of clinics whose webhooks were switched off because their receivers fail."""

from collections import Counter

from bson import ObjectId

from clinics.services import troubles
from webhooks.services import hooks


def _given_up() -> dict[ObjectId, str]:
    numbers = Counter(hooks.list_clinics_given_up())
    return {i: f"webhooks: {number} off, receiver fails" for i, number in numbers.items()}


troubles.declare(_given_up)
