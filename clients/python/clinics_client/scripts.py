"""For scripts: what they need from the environment, and one line instead of a traceback when something fails."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import NoReturn

import httpx

from clinics_client.errors import ClinicsError, Unauthorized

WRONG_USE, FAILED = 2, 1


def variables(*names: str) -> list[str]:
    """Their values. Ends the script with status 2 if one is not set, and names all of these."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        _end(WRONG_USE, f"Not set: {', '.join(missing)}. It needs {', '.join(names)}.")
    return [os.environ[name] for name in names]


def run(main: Callable[[], None]) -> None:
    """Ends the script with status 1 and a line that says why, if the service refuses or does not answer."""
    try:
        main()
    except Unauthorized as error:
        _end(FAILED, f"The service does not know this account or token: {error}")
    except ClinicsError as error:
        _end(FAILED, f"The service refuses: {error}")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        _end(FAILED, f"The service cannot be reached: {error}")
    except json.JSONDecodeError:
        _end(FAILED, "What answers at this address is not a clinic service.")
    except ValueError as error:
        _end(FAILED, f"This cannot be asked for: {error}.")
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(status: int, line: str) -> NoReturn:
    print(line, file=sys.stderr)
    sys.exit(status)
