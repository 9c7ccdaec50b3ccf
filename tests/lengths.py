"""How long the long tests are, which the environment may say. A run with less than the usual length is for trying a test:
its result is not kept for docs/yardsticks.md.

    @pytest.mark.length("CHAOS_KILLS")
"""

import os

USUAL = {"CHAOS_HANGS": 3, "CHAOS_KILLS": 100, "CHAOS_SECONDS": 600, "SOAK_MINUTES": 60}
MARK = "length"


def of(name: str) -> float:
    return float(os.environ.get(name) or USUAL[name])


def is_shortened(name: str) -> bool:
    return of(name) < USUAL[name]
