"""How long the tests of this folder search.

`make fuzz`: rounds with ever new seeds until a test has used its share of FUZZ_MINUTES. With FUZZ_SEED the first round
has this seed and each further one the next number, so that every run tries the same, as far as it comes: `make fuzz-short`
begins with 1. A test that fails names the seed of its round, which FUZZ_SEED repeats with FUZZ_MINUTES=0.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from itertools import count

from hypothesis import HealthCheck, Phase, seed, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
MINUTES = float(os.environ.get("FUZZ_MINUTES", "0"))
SEED = int(os.environ.get("FUZZ_SEED") or 0)
PROCESSES = 2  # of `make fuzz` and `make fuzz-short`


def limits(factor: float = 1) -> settings:
    """`factor`: how many more examples than usual a round has."""
    return settings(
        max_examples=max(1, round(EXAMPLES * factor)),
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


def search(test: Callable[..., None], run: Callable[[], None], *, share: float) -> None:
    """Run it once, or with one seed after the other for about that share of the time; all shares are 1. `test` is what
    carries the seed: a test of Hypothesis or a state machine."""
    until = time.monotonic() + share * MINUTES * 60 * PROCESSES
    for number in _seeds():
        began = time.monotonic()
        print(f"FUZZ_SEED={number}")  # noqa: T201 (pytest shows it where something fails)
        seed(number)(test)
        run()
        now = time.monotonic()
        if now + (now - began) / 2 >= until:  # so that rounds end before and after it equally often
            return


def _seeds() -> Iterator[int]:
    if SEED:
        yield from count(SEED)
    while True:
        yield secrets.randbelow(2**32)
