"""Every operation with random requests made from its description, valid and invalid: each is answered as
described and never with 5xx, and nothing that was stored breaks a list afterwards.

`make fuzz-short` makes the same requests every time, `make fuzz` different ones in every run; FUZZ_SEED
repeats one.
"""

import json
import os
import secrets
import sys
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.bodies import World, make_world
from tests.cast import described_operations, description

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))
SEED = int(os.environ.get("FUZZ_SEED") or secrets.randbelow(2**32))
OPERATIONS = list(described_operations())
READS = [name for name, (method, *_) in described_operations().items() if method == "get"]
SCHEMA = schemathesis.openapi.from_dict(description())


@pytest.fixture
def world(clinic, backend, ada, dot, anonymous, monkeypatch) -> World:
    return make_world(clinic, backend, ada, dot, anonymous, monkeypatch)


@pytest.mark.yardstick("L3")
@pytest.mark.parametrize("name", OPERATIONS)
def test_random_requests_are_answered_without_5xx_and_break_no_list(world, name):
    operation = SCHEMA.find_operation_by_id(name)

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation), has_own_path=st.booleans())
    def send(case, has_own_path):
        answer = world.send(name, raw_body(case), query_of(case), **path_of(case, has_own_path))
        assert answer.status_code < 500, answer.content

    sys.stdout.write(f"FUZZ_SEED={SEED}")  # pytest shows it where something fails
    send()
    failing_reads = [read for read in READS if world.send(read).status_code >= 500]
    assert failing_reads == []


def cases(operation):
    return operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(
        GenerationMode.NEGATIVE
    )


def raw_body(case):
    if not isinstance(case.body, dict | list | str | int | float | bool | None):
        return None  # the operation takes none
    return json.dumps(case.body).encode()


def query_of(case):
    text = urlencode(case.query or {}, doseq=True, errors="surrogatepass")
    return f"?{text}" if text else ""


def path_of(case, has_own_path):
    if not has_own_path:
        return {}
    parameters = case.path_parameters or {}
    return {
        name: quote(str(value), safe="", errors="surrogatepass")
        for name, value in parameters.items()
    }
