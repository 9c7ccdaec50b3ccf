"""A list of patients as lines of a file. Empty cells where nothing is known.

Texts that people have typed are neutral in a CSV file: where a spreadsheet would run one as a formula, it begins with
an apostrophe (`typed` is `kernel.tables.cell`). A workbook needs none (`kernel.tables.plain`). Numbers are rounded half
to even, as those who compare files expect: 2.5 becomes 2, 3.5 becomes 4.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

from bson import ObjectId

from clinic_records.choices import GlucoseUnits
from clinic_records.services import access
from clinic_records.services.members import Member
from kernel import clock, safe_reading
from kernel.db import Document
from kernel.safe_reading import mapping, text
from patients.choices import DataProvider, RangeType
from patients.custody import is_custodial
from patients.services.list_exports import Batch, Export, Report
from patients.services.provider_states import provider_state

HEAD = (
    *("Report Date Time", "Exported By", "Exported By", "Clinic Name", "Workspace ID"),
    *("Days of CGM Data Summarized", "Total Patients"),
)
_BEFORE_UNITS = (
    *("Patient Name", "Patient User ID", "MRN", "Date of Birth", "Patient Email"),
    *("Custodial Status", "Account Created Date", "Clinician Who Created Account"),
    *("Clinic Sites", "Patient Tags", "Assigned Glycemic Range", "Diabetes Type"),
    *("Dexcom Status", "Dexcom Last Modified Date", "Abbott Status", "Abbott Last Modified Date"),
    *("Twiist Status", "Twiist Last Modified Date", "CGM Last Data Date"),
    *("CGM Active Wear Time (%)", "CGM Days with Data", "CGM Hours with Data"),
    *("CGM Average Glucose (mg/dL)", "CGM GMI (%)"),
)
_BEHIND_UNITS = (
    "CGM Coefficient of Variation (%)",
    *("CGM Time in Level 2 Hypoglycemia (%)", "CGM Time in Level 1 Hypoglycemia (%)"),
    "CGM Time in Target (%)",
    *("CGM Time in Level 1 Hyperglycemia (%)", "CGM Time in Level 2 Hyperglycemia (%)"),
    *("BGM Last Data Date", "BGM Average Glucose", "BGM Readings/Day", "BGM Total Readings"),
    *("BGM Low Events", "BGM High Events"),
)
_PROVIDERS = (DataProvider.DEXCOM.value, DataProvider.ABBOTT.value, DataProvider.TWIIST.value)
_REPORT_TIME = "%Y-%m-%d %I:%M:%S %p"
_MG_DL_OF_MMOL = 18.01559
Typed = Callable[[Any], str]
_OF_PRODUCT = 5  # decimals of a value in mg/dL before it is rounded for the file
_OF_PERCENT, _OF_GMI, _OF_DEVIATION = 3, 2, 1


def lines(export: Export, typed: Typed) -> Iterator[list[str]]:
    yield from head(export.report, export.count, typed)
    for batch in export.batches():
        yield from rows(export.report, batch, typed)


def head(report: Report, count: int, typed: Typed) -> list[list[str]]:
    """The three lines above those of the patients."""
    return [
        list(HEAD),
        _about(report, count, typed),
        [*_BEFORE_UNITS, typed(f"CGM Standard Deviation ({report.units})"), *_BEHIND_UNITS],
    ]


def rows(report: Report, batch: Batch, typed: Typed) -> Iterator[list[str]]:
    tags = {tag["_id"]: tag["name"] for tag in access.tags_of(report.clinic)}
    for document in batch.documents:
        row = _cells(
            document,
            typed=typed,
            period=report.period,
            now=report.time,
            units=report.units,
            tags=tags,
            creators=batch.creators,
        )
        yield row["cells"]


def _about(report: Report, count: int, typed: Typed) -> list[str]:
    days = int(report.period.removesuffix("d"))
    return [
        report.time.astimezone(_zone(report.clinic)).strftime(_REPORT_TIME),
        typed(report.exported_by.name),
        typed(report.exported_by.email),
        typed(text(report.clinic.get("name"))),
        str(report.clinic["_id"]),
        "24 hours" if days == 1 else f"{days} days",
        str(count),
    ]


def _zone(clinic: Document) -> tzinfo:
    """Server time, which is UTC, where the clinic's zone is empty or unknown."""
    try:
        return ZoneInfo(text(clinic.get("timezone")) or "UTC")
    except (KeyError, ValueError, OSError):  # unknown, or the name of a folder
        return ZoneInfo("UTC")


# --- one patient ----------------------------------------------------------------------------------
@safe_reading.tolerant("patient")
def _cells(
    document: Document,
    *,
    typed: Typed,
    period: str,
    now: datetime,
    units: str,
    tags: Mapping[ObjectId, str],
    creators: Mapping[str, Member],
) -> Document:
    """{cells: the 37 of the line}"""
    return {
        "cells": [
            *_identity(document, typed),
            *_in_clinic(document, typed, tags, creators),
            *_providers(document, typed, now),
            *_cgm(document, period, units),
            *_bgm(document, period),
        ]
    }


def _identity(document: Document, typed: Typed) -> Iterator[str]:
    yield typed(text(document.get("fullName")))
    yield text(document.get("userId")) or ""
    yield typed(text(document.get("mrn")))
    born = text(document.get("birthDate")) or ""
    yield born if clock.is_date(born) else ""
    yield typed(text(document.get("email")))


def _in_clinic(
    document: Document,
    typed: Typed,
    tags: Mapping[ObjectId, str],
    creators: Mapping[str, Member],
) -> Iterator[str]:
    permissions = document.get("permissions")
    is_claimed = isinstance(permissions, dict) and not is_custodial(document)
    yield "Claimed" if is_claimed else "Unclaimed"
    yield _day(document.get("createdTime"))
    yield typed(creators.get(text(document.get("invitedBy")) or "", Member()).name)
    yield _joined(
        typed, (text(s.get("name")) or "" for s in safe_reading.objects(document.get("sites")))
    )
    yield _joined(typed, (tags.get(tag_id, "") for tag_id in document.get("tags") or ()))
    yield typed(_range(mapping(document.get("glycemicRanges"))))
    yield text(document.get("diagnosisType")) or "Other"


def _joined(typed: Typed, names: Iterable[str]) -> str:
    """Each name is neutral by itself: who splits the cell has no formula either."""
    return typed(",".join(typed(name) for name in names if name))


def _range(stored: Document) -> str | None:
    if stored.get("type") == RangeType.PRESET:
        return text(stored.get("preset"))
    return text(mapping(stored.get("custom")).get("name"))


def _providers(document: Document, typed: Typed, now: datetime) -> Iterator[str]:
    for provider in _PROVIDERS:
        word, latest = provider_state(document, provider, now)
        yield typed(word)
        yield _day(latest)


# --- statistics -----------------------------------------------------------------------------------
def _cgm(document: Document, period: str, units: str) -> Iterator[str]:
    last_data, values = _summary(document, "cgmStats", period)
    yield last_data
    yield _percent(values.get("timeCGMUsePercent"))
    yield _decimal(values.get("daysWithData"), 0)
    yield _decimal(values.get("hoursWithData"), 0)
    # An average of 0 is no glucose value: it stands for none.
    yield _in_mg_dl(values.get("averageGlucoseMmol") or None, 0)
    yield _decimal(values.get("glucoseManagementIndicator"), _OF_GMI)
    in_units = _decimal if units == GlucoseUnits.MMOL_L else _in_mg_dl
    yield in_units(values.get("standardDeviation"), _OF_DEVIATION)
    for name in (
        *("coefficientOfVariation", "timeInVeryLowPercent", "timeInLowPercent"),
        *("timeInTargetPercent", "timeInHighPercent", "timeInVeryHighPercent"),
    ):
        yield _percent(values.get(name))


def _bgm(document: Document, period: str) -> Iterator[str]:
    last_data, values = _summary(document, "bgmStats", period)
    yield last_data
    yield _in_mg_dl(values.get("averageGlucoseMmol"), 0)
    yield _a_day(values.get("totalRecords"), values.get("daysWithData"))
    for name in ("totalRecords", "timeInVeryLowRecords", "timeInVeryHighRecords"):
        yield _decimal(values.get(name), 0)


def _a_day(total: Any, days: Any) -> str:
    if not _is_number(total):
        return ""
    return _decimal(total / max(days if _is_number(days) else 0, 1), 0)


def _summary(document: Document, part: str, period: str) -> tuple[str, Document]:
    """The day of the newest data, and the statistics of the period."""
    stored = mapping(mapping(document.get("summary")).get(part))
    last_data = _day(mapping(stored.get("dates")).get("lastData"))
    return last_data, mapping(mapping(stored.get("periods")).get(period))


def _day(value: Any) -> str:
    return value.date().isoformat() if isinstance(value, datetime) else ""


def _is_number(value: Any) -> TypeGuard[float]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def _percent(value: Any) -> str:
    """From a fraction; without the noise that multiplying it in binary would add."""
    return _rounded(Decimal(str(value)) * 100, _OF_PERCENT) if _is_number(value) else ""


def _in_mg_dl(value: Any, decimals: int) -> str:
    """From mmol/L."""
    return (
        _decimal(round(value * _MG_DL_OF_MMOL, _OF_PRODUCT), decimals) if _is_number(value) else ""
    )


def _decimal(value: Any, decimals: int) -> str:
    """At most so many decimals, without zeros behind the last."""
    return _rounded(Decimal(str(value)), decimals) if _is_number(value) else ""


def _rounded(value: Decimal, decimals: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    shown = f"{rounded:f}"
    return (shown.rstrip("0").rstrip(".") if decimals else shown) if rounded else "0"
