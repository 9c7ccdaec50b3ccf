"""Run one command against throw-away servers: `python -m scripts.with_servers COMMAND ...`."""

import os
import subprocess
import sys

from scripts import servers
from scripts.local import Problem


def main(command: list[str]) -> int:
    mongodb, redis = servers.for_tests()
    environment = {**os.environ, "MONGODB_URI": mongodb, "REDIS_URL": f"{redis}/0"}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        sys.exit(str(problem))
