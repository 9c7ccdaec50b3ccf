"""How long the tests of this folder search.

`make fuzz-short`: one round of each, with few examples and FUZZ_SEED=1, so that every run is the same. `make fuzz`:
rounds with ever new seeds until a test has used its share of FUZZ_MINUTES. FUZZ_SEED repeats one round, and a test that
fails names the seed of its round.
"""

import os
import secrets
import time
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, seed, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
MINUTES = float(os.environ.get("FUZZ_MINUTES", "0"))
SEED = int(os.environ.get("FUZZ_SEED") or 0)
PROCESSES = 2  # of `make fuzz`


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
    """Run it once, or with new seeds for that share of the time. `test` is what carries the seed: a test of
    Hypothesis or a state machine."""
    until = time.monotonic() + share * MINUTES * 60 * PROCESSES
    number = SEED or secrets.randbelow(2**32)
    while True:
        print(f"FUZZ_SEED={number}")  # noqa: T201 (pytest shows it where something fails)
        seed(number)(test)
        run()
        if time.monotonic() >= until:
            return
        number = secrets.randbelow(2**32)
