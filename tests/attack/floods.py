"""Correct requests, but far too many."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from tests.attack import wire
from tests.attack.stage import Attack, Stage, Target, crowd

CONNECTIONS = 64
LISTS_AT_ONCE = 100


@dataclass(frozen=True)
class Flood:
    """The same request, sent again as soon as it is answered, over one connection that is kept as long as possible."""

    ask: Callable[[Target, int], bytes]

    async def __call__(self, stage: Stage, number: int) -> None:
        request = self.ask(stage.target, number)
        async with await stage.link(number) as link:
            while stage.left() > 0:
                answer = await link.ask(request)
                stage.outcomes[str(answer.status)] += 1
                if answer.status in (429, 503) and "retry-after" not in answer.headers:
                    stage.outcomes["without Retry-After"] += 1
                if answer.is_last:
                    return


def large_list(target: Target, number: int) -> bytes:
    return wire.request("GET", f"{target.clinic}/patients?limit=1000", token=target.tokens[0])


def large_list_with_body(target: Target, number: int) -> bytes:
    """The body is never sent."""
    path = f"{target.clinic}/patients?limit=1000"
    return wire.head("GET", path, token=target.tokens[0], lines=wire.with_length(10))


def large_list_by_members(target: Target, number: int) -> bytes:
    token = target.tokens[number % len(target.tokens)]
    return wire.request("GET", f"{target.clinic}/patients?limit=1000", token=token)


def tide_report(target: Target, number: int) -> bytes:
    query = "period=14d&lastDataCutoff=2020-01-01T00:00:00Z"
    return wire.request("GET", f"{target.clinic}/tide_report?{query}", token=target.tokens[0])


def small(target: Target, number: int) -> bytes:
    return wire.request("GET", target.clinic, token=target.tokens[0])


def without_token(target: Target, number: int) -> bytes:
    return wire.request("GET", target.clinic)


def wrong_token(target: Target, number: int) -> bytes:
    return wire.request("GET", target.clinic, token=f"{number:032d}")


def log_in(target: Target, number: int) -> bytes:
    credentials = base64.b64encode(f"someone{number}@example.org:wrong".encode()).decode()
    return wire.request("POST", "/auth/login", lines=(f"Authorization: Basic {credentials}",))


def reset_password(target: Target, number: int) -> bytes:
    return wire.request("POST", f"/confirm/send/forgot/someone{number}@example.org")


def staff_page(target: Target, number: int) -> bytes:
    return wire.request("GET", "/admin/login/")


def _attack(name: str, ask: Callable[[Target, int], bytes], **options: bool) -> Attack:
    return Attack("floods", name, crowd(CONNECTIONS, Flood(ask)), **options)


ATTACKS = (
    Attack(
        "floods",
        "100 large lists, one token",
        crowd(LISTS_AT_ONCE, Flood(large_list)),
        is_short=True,
    ),
    Attack(
        "floods",
        "100 large lists that announce a body",
        crowd(LISTS_AT_ONCE, Flood(large_list_with_body)),
    ),
    Attack(
        "floods",
        "100 large lists, 50 tokens of one clinic",
        crowd(LISTS_AT_ONCE, Flood(large_list_by_members)),
    ),
    Attack(
        "floods",
        "100 large lists, 50 tokens of one clinic, many addresses",
        crowd(LISTS_AT_ONCE, Flood(large_list_by_members)),
        has_many_addresses=True,
    ),
    _attack("64 TIDE reports, one token", tide_report),
    _attack("small requests, one token", small),
    _attack("small requests, one token, many addresses", small, has_many_addresses=True),
    _attack("without a token", without_token),
    _attack("without a token, many addresses", without_token, has_many_addresses=True),
    Attack(
        "floods",
        "400 connections without a token, many addresses",
        crowd(400, Flood(without_token)),
        has_many_addresses=True,
    ),
    _attack("wrong tokens, many addresses", wrong_token, has_many_addresses=True),
    _attack("logins, one address", log_in),
    _attack("logins, many addresses", log_in, has_many_addresses=True, is_short=True),
    _attack("password resets, one address", reset_password),
    _attack("password resets, many addresses", reset_password, has_many_addresses=True),
    _attack("staff login page, many addresses", staff_page, has_many_addresses=True),
)
