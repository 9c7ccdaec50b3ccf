"""What saves every process time at its start, and has to act before Django is loaded."""

import ctypes.util
import gc
import sys
from importlib import import_module

_find_library = ctypes.util.find_library


def load_without_collecting_garbage() -> None:
    """Loading makes objects that stay, and Python looked for garbage among them 450 times. What a process does later
    makes little garbage in cycles either; the web process has limits of its own (`speed.collect_garbage_rarely`).

    Gain: a seventh of the CPU time of every start.
    Remove when: Python's own limit is as high.
    """
    gc.set_threshold(50_000)


def _find_needed_library(name: str) -> str | None:
    return None if name.lower().startswith(("gdal", "geos")) else _find_library(name)


def skip_geography() -> None:
    """MongoDB's backend tries to import Django's geographic part three times. Each time Django searches for GDAL
    under twenty names and starts a linker for each of them. This service has no geographic data.

    Gain: 0.6 s of the 1.8 s of every start.
    Remove when: loading the backend searches for no geographic library.
    """
    ctypes.util.find_library = _find_needed_library


def skip_telemetry_of_redis() -> None:
    """Redis' client imports OpenTelemetry's metrics wherever they are installed, and this service uses its traces
    alone, if it uses any.

    Gain: 0.3 s and 2.7 MB of every process.
    Remove when: importing the client imports nothing of OpenTelemetry.
    """
    _import_without("redis", absent="opentelemetry")


def skip_libraries_of_tests() -> None:
    """Where packages for tests are installed there are rich, for coloured logs, and trio, a loop that nothing of this
    service runs in. Two libraries import them wherever they are. So they are absent as they are in production.

    Gain: a twelfth of the CPU time of every start in development and in tests, and none in production.
    Remove when: importing neither library imports them.
    """
    _import_without("structlog", absent="rich")
    _import_without("httpcore2", absent="trio")


def _import_without(name: str, *, absent: str) -> None:
    """A module that is None cannot be imported, and these libraries are made for that."""
    if absent in sys.modules:
        return
    sys.modules[absent] = None  # type: ignore[assignment]
    try:
        import_module(name)
    finally:
        del sys.modules[absent]
