"""All attacks. A new one needs a line in the ATTACKS of its file."""

from tests.attack import connections, floods, large, shapes, slow
from tests.attack.stage import Attack

ATTACKS: tuple[Attack, ...] = (
    *slow.ATTACKS,
    *connections.ATTACKS,
    *floods.ATTACKS,
    *large.ATTACKS,
    *shapes.ATTACKS,
)
KINDS = tuple(dict.fromkeys(attack.kind for attack in ATTACKS))
SHORT = tuple(attack for attack in ATTACKS if attack.is_short)


def find(title: str) -> Attack:
    return next(attack for attack in ATTACKS if attack.title == title)
