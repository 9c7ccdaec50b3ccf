"""Spares every process of ours the search for a geographic library.

MongoDB's backend tries to import Django's geographic part three times, and that looks for GDAL under twenty names by
starting a linker for each: 0.6 s of 1.8 s of every start. Nothing here is geographic.
"""

import ctypes.util

_find_library = ctypes.util.find_library


def _find_what_is_used(name: str) -> str | None:
    return None if name.lower().startswith(("gdal", "geos")) else _find_library(name)


def skip_geography() -> None:
    ctypes.util.find_library = _find_what_is_used
