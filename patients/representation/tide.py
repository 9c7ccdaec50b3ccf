"""The TIDE report as clients see it (rules PATIENT-119 to PATIENT-120)."""

from collections.abc import Mapping, Sequence

from kernel import addresses, clock, numbers, safe_reading
from kernel.db import Document
from kernel.safe_reading import text
from patients.field_values import data_sources, reviews
from patients.services.tide import ROW_FIELDS, period_of

_MINUTES = "timeCGMUseMinutes"
# Always these five, whatever was requested and however percents are rounded: clients use them as labels.
FILTERS = {
    "timeInVeryLowPercent": ">0.01",
    "timeInAnyLowPercent": ">0.04",
    "dropInTimeInTargetPercent": "<-0.15",
    "timeInTargetPercent": "<0.7",
    "timeCGMUsePercent": "<0.7",
}
THRESHOLDS = {
    "highGlucoseThreshold": 10,
    "veryHighGlucoseThreshold": 13.9,
    "extremeHighGlucoseThreshold": 19.4,
    "lowGlucoseThreshold": 3.9,
    "veryLowGlucoseThreshold": 3,
}


def report(
    *,
    clinic_id: str,
    period: str,
    cutoff: str,
    tags: Sequence[str],
    sites: Sequence[str],
    results: Mapping[str, list[Document]],
) -> Document:
    """`cutoff` is the text that was sent. `sites` are shown only if there are some: clients of before know none."""
    config = {
        "schemaVersion": 2,
        "clinicId": clinic_id,
        "period": period,
        "lastDataCutoff": clock.format_as_sent(cutoff),
        **THRESHOLDS,
        "tags": list(dict.fromkeys(tags)),
        "filters": FILTERS,
    }
    if sites:
        config["sites"] = list(dict.fromkeys(sites))
    rows = {name: [row(d, period) for d in documents] for name, documents in results.items()}
    return {"config": config, "results": rows}


@safe_reading.tolerant("patient")
def row(document: Document, period: str) -> Document:
    values = period_of(document, period)
    out = {name: values[name] for name in ROW_FIELDS if values.get(name) is not None}
    if _MINUTES in out:
        out[_MINUTES] = numbers.whole(out[_MINUTES])
    stats = (document.get("summary") or {}).get("cgmStats") or {}
    last_data = (stats.get("dates") or {}).get("lastData")
    if last_data is not None:
        out["lastData"] = last_data
    out["patient"] = _person(document)
    return out


def _person(document: Document) -> Document:
    person = {
        "id": text(document.get("userId")) or "",
        "tags": list(dict.fromkeys(document.get("tags") or [])),
        "reviews": reviews(document.get("reviews")),
        "dataSources": data_sources(document.get("dataSources")),
    }
    identity = {
        "email": addresses.account_address(document.get("email")),
        "fullName": text(document.get("fullName")),
    }
    return person | {name: value for name, value in identity.items() if value}
