"""Bodies that come one byte every five seconds."""

from dataclasses import dataclass

from tests.attack import wire
from tests.attack.stage import Attack, Stage, crowd

BYTE_SECONDS = 5.0
CROWD = 5000  # more than the service keeps open; they start within six seconds
ANNOUNCED = 1000  # bytes, few of which are ever sent


@dataclass(frozen=True)
class SlowBody:
    path: str
    method: str = "POST"
    token: str | None = None  # "valid" means that of the admin
    is_chunked: bool = False

    async def __call__(self, stage: Stage, number: int) -> None:
        token = stage.target.tokens[0] if self.token == "valid" else self.token
        lines = wire.CHUNKED if self.is_chunked else wire.with_length(ANNOUNCED)
        head = wire.head(self.method, self.path, token=token, lines=lines)
        byte = b"1\r\n \r\n" if self.is_chunked else b" "
        async with await stage.link(number) as link:
            answer = await link.ask(head, forever=byte, every=BYTE_SECONDS)
            stage.outcomes[str(answer.status)] += 1


def _attack(name: str, count: int, act: SlowBody, *, is_short: bool = False) -> Attack:
    """A refused attacker tries again."""
    return Attack(
        "slow-bodies", f"{count} {name}", crowd(count, act, pause=0.5), 12, is_short=is_short
    )


ATTACKS = (
    _attack("to the webhook, no token", 16, SlowBody("/v1/redox"), is_short=True),
    _attack("to the webhook, no token", 200, SlowBody("/v1/redox")),
    _attack("to the webhook, no token, chunked", 200, SlowBody("/v1/redox", is_chunked=True)),
    _attack("to create a clinic, invalid token", 200, SlowBody("/v1/clinics", token="x" * 32)),
    _attack("to create a clinic, valid token", 16, SlowBody("/v1/clinics", token="valid")),
    _attack("to create a clinic, valid token", 200, SlowBody("/v1/clinics", token="valid")),
    _attack(
        "to create a clinic, valid token, chunked",
        200,
        SlowBody("/v1/clinics", token="valid", is_chunked=True),
    ),
    _attack("to accept a sign-up", 200, SlowBody("/confirm/accept/signup/x", method="PUT")),
    Attack(
        "slow-bodies",
        "200 to accept a sign-up, many addresses",
        crowd(200, SlowBody("/confirm/accept/signup/x", method="PUT"), pause=0.5),
        12,
        has_many_addresses=True,
    ),
    Attack(
        "slow-bodies",
        f"{CROWD} to the webhook, many addresses",
        crowd(CROWD, SlowBody("/v1/redox"), pause=3.0, spread=6.0),
        15,
        has_many_addresses=True,
    ),
)
