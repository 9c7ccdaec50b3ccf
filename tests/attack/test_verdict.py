"""What `make attack` counts as a broken guarantee."""

import asyncio
import sys
import time
from dataclasses import replace

import pytest

from tests.attack import registry, shapes, wire
from tests.attack.meters import Figures, Sample
from tests.attack.run import Guarantees, Result, broken_guarantees
from tests.attack.stage import Stage, Target


def sample(seconds=0.01, outcome="200"):
    return Sample(number=0, name="/live", began=0.0, seconds=seconds, outcome=outcome, late=0.0)


QUIET = Figures.of([sample()] * 20)
HELD = Result(
    title="anything",
    before=QUIET,
    during=QUIET,
    after=QUIET,
    memory=(300.0, 900.0, 310.0),
    memory_seconds=1.0,
    outcomes={"200": 9, "401": 7, "reset": 3, "503": 1},
    cpu=0.1,
)


def broken(is_back=True, **changes):
    return broken_guarantees(replace(HELD, **changes), Guarantees(), is_back=is_back)


def test_an_attack_without_effect_breaks_no_guarantee():
    assert broken() == []


@pytest.mark.parametrize("phase", ["during", "after"])
def test_one_slow_refused_or_lost_request_of_the_bystander_breaks_a_guarantee(phase):
    for bad_sample in (sample(seconds=1.1), sample(outcome="429"), sample(outcome="lost")):
        assert len(broken(**{phase: Figures.of([sample()] * 500 + [bad_sample])})) == 1


def test_a_bystander_that_reports_nothing_breaks_a_guarantee():
    assert len(broken(during=Figures.of([]))) == 1


def test_memory_that_is_not_released_and_server_errors_break_a_guarantee():
    assert len(broken(is_back=False)) == 1
    assert len(broken(outcomes={"500": 1})) == 1


def test_every_attack_has_a_unique_title():
    assert len({attack.title for attack in registry.ATTACKS}) == len(registry.ATTACKS)
    assert {registry.find(attack.title) for attack in registry.ATTACKS} == set(registry.ATTACKS)


async def naive(reader, writer):
    """A server that treats every body as the next request."""
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        writer.close()


async def smuggle():
    async with await asyncio.start_server(naive, wire.OWN_ADDRESS, 0) as server:
        port = server.sockets[0].getsockname()[1]
        target = Target(port=port, clinic="/v1/clinics/1", tokens=["token"], webhook_token="")
        stage = Stage(target, time.monotonic() + 30, has_many_addresses=False)
        await registry.find("smuggling: bodies with two ends").run(stage)
        return stage.broken


@pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8")
def test_a_server_that_answers_a_request_hidden_in_a_body_is_detected(monkeypatch):
    monkeypatch.setattr(shapes, "WAIT", 0.05)
    monkeypatch.setattr(shapes, "LATE", 0.05)
    assert len(asyncio.run(smuggle())) > 100
