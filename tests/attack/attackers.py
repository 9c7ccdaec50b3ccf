"""The attackers: one process of their own. Reads the job from standard input and prints what they got.

They run with a low priority (nice): on a machine of two cores they would otherwise take CPU time from the
service that a stranger elsewhere could not take.
"""

import asyncio
import json
import os
import resource
import sys
import time
from typing import Any

from tests.attack import registry
from tests.attack.stage import Attack, Stage, Target

NICE = 10


def main() -> None:
    job = json.load(sys.stdin)
    _take_all_descriptors()
    os.nice(NICE)
    json.dump(asyncio.run(_attack(registry.find(job["title"]), job)), sys.stdout)


def _take_all_descriptors() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _attack(attack: Attack, job: dict[str, Any]) -> dict[str, Any]:
    attack.prepare()
    began, used = time.monotonic(), time.process_time()
    stage = Stage(Target(**job["target"]), began + job["seconds"], attack.has_many_addresses)
    await attack.run(stage)
    return {
        "began": began,
        "ended": time.monotonic(),
        "cpu": time.process_time() - used,
        "outcomes": stage.outcomes,
        "broken": stage.broken,
    }


if __name__ == "__main__":
    main()
