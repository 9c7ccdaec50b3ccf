"""Correct requests, but far too many."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from tests.attack import wire
from tests.attack.stage import Attack, Place, Stage, crowd

CONNECTIONS = 64
LARGE = 100  # lists at a time


@dataclass(frozen=True)
class Flood:
    """The same request as quickly as it is answered, over one connection that is kept as long as possible."""

    ask: Callable[[Place, int], bytes]

    async def __call__(self, stage: Stage, number: int) -> None:
        asked = self.ask(stage.place, number)
        async with await stage.link(number) as link:
            while stage.left() > 0:
                answer = await link.ask(asked)
                stage.got[str(answer.status)] += 1
                if answer.status in (429, 503) and "retry-after" not in answer.headers:
                    stage.got["without Retry-After"] += 1
                if answer.is_last:
                    return


def large_list(place: Place, number: int) -> bytes:
    return wire.request("GET", f"{place.clinic}/patients?limit=1000", token=place.tokens[0])


def large_list_with_body(place: Place, number: int) -> bytes:
    """The body never comes."""
    path = f"{place.clinic}/patients?limit=1000"
    return wire.head("GET", path, token=place.tokens[0], lines=wire.with_length(10))


def large_list_by_members(place: Place, number: int) -> bytes:
    token = place.tokens[number % len(place.tokens)]
    return wire.request("GET", f"{place.clinic}/patients?limit=1000", token=token)


def tide_report(place: Place, number: int) -> bytes:
    query = "period=14d&lastDataCutoff=2020-01-01T00:00:00Z"
    return wire.request("GET", f"{place.clinic}/tide_report?{query}", token=place.tokens[0])


def small(place: Place, number: int) -> bytes:
    return wire.request("GET", place.clinic, token=place.tokens[0])


def without_token(place: Place, number: int) -> bytes:
    return wire.request("GET", place.clinic)


def wrong_token(place: Place, number: int) -> bytes:
    return wire.request("GET", place.clinic, token=f"{number:032d}")


def log_in(place: Place, number: int) -> bytes:
    word = base64.b64encode(f"someone{number}@example.org:wrong".encode()).decode()
    return wire.request("POST", "/auth/login", lines=(f"Authorization: Basic {word}",))


def reset_password(place: Place, number: int) -> bytes:
    return wire.request("POST", f"/confirm/send/forgot/someone{number}@example.org")


def staff_page(place: Place, number: int) -> bytes:
    return wire.request("GET", "/admin/login/")


def _attack(name: str, ask: Callable[[Place, int], bytes], **options: bool) -> Attack:
    return Attack("floods", name, crowd(CONNECTIONS, Flood(ask)), **options)


ATTACKS = (
    Attack("floods", "100 large lists, one token", crowd(LARGE, Flood(large_list)), is_short=True),
    Attack(
        "floods",
        "100 large lists that announce a body",
        crowd(LARGE, Flood(large_list_with_body)),
    ),
    Attack(
        "floods",
        "100 large lists, 50 tokens of one clinic",
        crowd(LARGE, Flood(large_list_by_members)),
    ),
    Attack(
        "floods",
        "100 large lists, 50 tokens of one clinic, many addresses",
        crowd(LARGE, Flood(large_list_by_members)),
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
