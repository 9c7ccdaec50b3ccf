"""Saves every process the search for a geographic library.

MongoDB's backend tries to import Django's geographic part three times. Each time Django searches for GDAL
under twenty names and starts a linker for each of them. This service has no geographic data.

Gain: 0.6 s of the 1.8 s of every start.
Remove when: loading the backend searches for no geographic library (tests/kernel/test_speed.py).
"""

import ctypes.util

_find_library = ctypes.util.find_library


def _find_needed_library(name: str) -> str | None:
    return None if name.lower().startswith(("gdal", "geos")) else _find_library(name)


def skip_geography() -> None:
    ctypes.util.find_library = _find_needed_library
