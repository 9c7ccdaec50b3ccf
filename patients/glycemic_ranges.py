"""Glycemic ranges in and out: a preset by name, or custom thresholds (rules PATIENT-21 to PATIENT-23).

Bounds are 32-bit floats: 3.9 is stored as 3.9000000953674316 and shown as 3.9.
"""

import math
import struct
from typing import Any

from clinic_records.choices import GlucoseUnits
from kernel.db import Document
from kernel.safe_reading import text
from patients.choices import RangePreset, RangeType

PRESETS = tuple(RangePreset.values)
UNITS = tuple(GlucoseUnits.values)
STANDARD = RangePreset.STANDARD.value
PRESET, CUSTOM = RangeType.PRESET.value, RangeType.CUSTOM.value
LARGEST_WHOLE = 2**53  # above it JSON readers treat a number as a float anyway


def to_stored(body: Document) -> Document:
    """Fills in the defaults of the contract, and drops what belongs to the other type."""
    if body.get("type", PRESET) == PRESET:
        return {"type": PRESET, "preset": body.get("preset", STANDARD)}
    custom = body.get("custom")
    if custom is None:
        return {"type": CUSTOM}
    return {
        "type": CUSTOM,
        "custom": {
            "name": custom["name"],
            "thresholds": [_stored_threshold(item) for item in custom["thresholds"]],
        },
    }


def _stored_threshold(item: Document) -> Document:
    bound = item["upperBound"]
    return {
        "name": item["name"],
        "upperBound": {"value": to_float32(bound["value"]), "units": bound["units"]},
        "inclusive": item.get("inclusive", False),
    }


def shown(stored: Document | None) -> Document | None:
    """None for what no client can understand."""
    if not stored:
        return None
    if stored.get("type") == PRESET and stored.get("preset") in PRESETS:
        return {"type": PRESET, "preset": stored["preset"]}
    custom = stored.get("custom")
    if stored.get("type") != CUSTOM or not custom:
        return None
    thresholds = [_shown_threshold(item) for item in custom.get("thresholds") or []]
    if any(not _is_understood(item["upperBound"]) for item in thresholds):
        return None
    name = text(custom.get("name")) or ""
    return {"type": "custom", "custom": {"name": name, "thresholds": thresholds}}


def _is_understood(bound: Document) -> bool:
    return bound["units"] in UNITS and math.isfinite(bound["value"])


def _shown_threshold(item: Document) -> Document:
    bound = item.get("upperBound") or {}
    out: dict[str, Any] = {
        "name": text(item.get("name")) or "",
        "upperBound": {
            "value": _shown_value(bound.get("value") or 0.0),
            "units": bound.get("units", ""),
        },
    }
    if item.get("inclusive"):
        out["inclusive"] = True
    return out


def _shown_value(stored: Any) -> float:
    is_number = isinstance(stored, int | float) and not isinstance(stored, bool)
    return shortest(stored) if is_number else math.nan


def to_float32(value: float) -> float:
    """The nearest 32-bit float. A value beyond their range is returned as it is; it is not a glucose value anyway."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return float(value)


def shortest(value: float) -> float | int:
    """The shortest decimal that is the same 32-bit float."""
    rounded = to_float32(value)
    for digits in range(1, 10):
        candidate = float(f"{rounded:.{digits}g}")
        if to_float32(candidate) == rounded:
            is_whole = candidate.is_integer() and abs(candidate) < LARGEST_WHOLE
            return int(candidate) if is_whole else candidate
    return rounded
