"""Invented patients with full summaries, for demonstrations, tests and measurements.

Repeatable, and without side effects: the same seed gives the same people, none of whom exist. The glucose values are
normally distributed around each person's own mean.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import erf, sqrt
from random import Random
from typing import Any

from bson import ObjectId

from kernel.db import Document
from patients import connection_issues, statistics
from patients.choices import (
    PERMISSIONS,
    DataProvider,
    DiagnosisType,
    RangePreset,
    RangeType,
    SourceState,
)
from users.choices import Grant

MG_PER_MMOL = 18.0182
READINGS_A_DAY, MINUTES_A_READING = 288, 5
DAYS = {"1d": 1, "7d": 7, "14d": 14, "30d": 30}
# The bands that do not overlap, with their upper bounds in mmol/L.
_BOUNDS = (("VeryLow", 3.0), ("Low", 3.9), ("Target", 10.0), ("High", 13.9))
FIRST_NAMES = [
    "Ada", "Alma", "Anouk", "Ava", "Béla", "Björn", "Carmen", "Chloé", "Dario", "Dilek", "Edith", "Elif",
    "Emma", "Esra", "Fatou", "Finn", "Grace", "Hana", "Hugo", "Ibrahim", "Ines", "Iris", "Jakob", "Jin",
    "Jonas", "José", "Kofi", "Lara", "Leo", "Lucía", "Maja", "Malik", "Mei", "Mia", "Milan", "Nia", "Noah",
    "Noor", "Olga", "Omar", "Paul", "Pia", "Priya", "Quinn", "Rafael", "Rosa", "Ruth", "Samir", "Sara", "Søren",
    "Theo", "Tomás", "Uma", "Vera", "Víctor", "Wen", "Yara", "Yusuf", "Zoë", "Zuri",
]  # fmt: skip
LAST_NAMES = [
    "Abbott", "Acosta", "Ahmed", "Andersson", "Baker", "Becker", "Berg", "Bianchi", "Brandt", "Castillo",
    "Chen", "Cohen", "Costa", "Cruz", "Dahl", "Davies", "Diallo", "Dubois", "Eriksen", "Evans", "Ferrari",
    "Fischer", "Flores", "Fontaine", "García", "Gomes", "Gupta", "Haddad", "Hansen", "Hernández", "Hill",
    "Hoffmann", "Ivanova", "Jensen", "Kim", "Klein", "Kowalski", "Larsen", "Lee", "López", "Martin", "Meyer",
    "Müller", "Nakamura", "Nguyen", "Novak", "O'Connor", "O'Neil", "Okafor", "Olsen", "Park", "Patel", "Pérez",
    "Petrov", "Reyes", "Rossi", "Santos", "Schmidt", "Silva", "Singh", "Smith", "Sørensen", "Stein", "Suzuki",
    "Tanaka", "Torres", "Van-der-Berg", "Vargas", "Wagner", "Walker", "Wang", "Weber", "Wolf", "Yamamoto",
    "Young", "Zhang", "Zimmermann",
]  # fmt: skip
_OFTEN = (DiagnosisType.TYPE_1, DiagnosisType.TYPE_2)
_SELDOM = (
    *(DiagnosisType.TYPE_3C, DiagnosisType.GESTATIONAL),
    *(DiagnosisType.LADA, DiagnosisType.MODY, DiagnosisType.OTHER),
)
DIAGNOSES = (*_OFTEN, *_OFTEN, *_SELDOM)
PROVIDERS = (
    *[DataProvider.DEXCOM] * 3,
    *[DataProvider.ABBOTT] * 2,
    DataProvider.TWIIST,
)
STATES = (
    *[SourceState.CONNECTED] * 3,
    *(SourceState.DISCONNECTED, SourceState.ERROR, SourceState.PENDING),
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The clinic of the invented patients, and the tags and sites (as stored with patients) that they can have."""

    clinic_id: ObjectId
    tags: Sequence[ObjectId] = ()
    sites: Sequence[Document] = ()


def invent_patients(
    surroundings: Surroundings, *, count: int, seed: int, now: datetime, first: int = 0
) -> Iterator[Document]:
    """`first`: how many the clinic has already from other calls. MRNs count on from there."""
    rng = Random(seed)
    return (_patient(rng, surroundings, first + number, now) for number in range(count))


def _patient(rng: Random, surroundings: Surroundings, number: int, now: datetime) -> Document:
    created = now - timedelta(days=rng.uniform(1, 900))
    document_id, user_id = ObjectId(rng.randbytes(12)), rng.randbytes(5).hex()
    permissions = _permissions(rng)
    document: Document = {
        "_id": document_id,
        "clinicId": surroundings.clinic_id,
        "userId": user_id,
        **_person(rng, number, user_id, permissions),
        "targetDevices": None,
        "requireUniqueMrn": False,
        "permissions": permissions,
        "createdTime": created,
        "updatedTime": now - timedelta(minutes=rng.uniform(1, 2000)),
        **_tags_and_sites(rng, surroundings),
        **_care(rng, now),
    }
    summary = _summary(rng, now)
    if summary:
        document["summary"] = summary
    return document


def _person(rng: Random, number: int, user_id: str, permissions: Document) -> Document:
    """The address contains the user id, so that no other seed gives the same address to another account. Patients who
    own their account always have an address, because they log in with it."""
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    local = unicodedata.normalize("NFKD", f"{first}.{last}.{user_id}".lower()).replace("'", "")
    mail = f"{local.encode('ascii', 'ignore').decode()}@example.org"
    return {
        "fullName": f"{first} {rng.choice(LAST_NAMES)[0]}. {last}",
        "birthDate": f"{rng.randint(1935, 2022)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        "email": mail if rng.random() < 0.7 or Grant.CUSTODIAN not in permissions else None,
        "mrn": f"{rng.choice('ABEX')}{1000000 + number * 7}" if rng.random() < 0.9 else None,
    }


def _permissions(rng: Random) -> Document:
    granted = PERMISSIONS if rng.random() < 0.7 else (Grant.VIEW.value, Grant.NOTE.value)
    return {name: {} for name in granted}


def _tags_and_sites(rng: Random, surroundings: Surroundings) -> Document:
    fields: Document = {}
    if surroundings.tags and rng.random() < 0.8:
        amount = min(len(surroundings.tags), rng.choice((1, 1, 2, 3)))
        fields["tags"] = rng.sample(list(surroundings.tags), amount)
    if surroundings.sites and rng.random() < 0.7:
        fields["sites"] = [dict(rng.choice(list(surroundings.sites)))]
    return fields


def _care(rng: Random, now: datetime) -> Document:
    fields: Document = {}
    if rng.random() < 0.6:
        state = rng.choice(STATES)
        source: Document = {"providerName": rng.choice(PROVIDERS), "state": state}
        if state != SourceState.PENDING:
            source["modifiedTime"] = now - timedelta(days=rng.uniform(0, 60))
        fields |= _tracked(source, now)
    if rng.random() < 0.3:
        reviewed = now - timedelta(days=rng.uniform(0, 45))
        fields["reviews"] = [{"clinicianId": rng.randbytes(5).hex(), "time": reviewed}]
    if rng.random() < 0.8:
        preset = RangePreset.STANDARD if rng.random() < 0.9 else RangePreset.PREGNANCY_TYPE_1
        fields["glycemicRanges"] = {"type": RangeType.PRESET.value, "preset": preset.value}
    if rng.random() < 0.8:
        fields["diagnosisType"] = rng.choice(DIAGNOSES)
    return fields


def _tracked(source: Document, now: datetime) -> Document:
    fields = {"dataSources": [source], connection_issues.SOURCE: source["providerName"]}
    cause = connection_issues.cause_of(fields, now)
    return {**fields, connection_issues.ISSUE: {"cause": cause}} if cause else fields


# --- summaries ------------------------------------------------------------------------------------
def _summary(rng: Random, now: datetime) -> Document:
    kind = rng.choices(("cgm", "both", "bgm", "none"), (74, 8, 12, 6))[0]
    summary: Document = {}
    for name, kinds in (("cgm", ("cgm", "both")), ("bgm", ("bgm", "both"))):
        if kind in kinds:
            part = f"{name}Stats"
            summary[part] = _stats(rng, name, now)
    return summary


def _stats(rng: Random, kind: str, now: datetime) -> Document:
    mean = max(4.5, rng.gauss(8.6, 1.7))
    spread = mean * max(0.15, rng.gauss(0.33, 0.06))
    use = min(0.995, max(0.02, rng.betavariate(8, 1.6)))
    return {
        "id": rng.randbytes(12).hex(),
        "config": {
            "schemaVersion": 5,
            "highGlucoseThreshold": 10.0,
            "veryHighGlucoseThreshold": 13.9,
            "lowGlucoseThreshold": 3.9,
            "veryLowGlucoseThreshold": 3.0,
        },
        "dates": _dates(rng, now),
        "periods": {
            name: _period(rng, kind, days, mean, spread, use) for name, days in DAYS.items()
        },
    }


def _dates(rng: Random, now: datetime) -> Document:
    last = now - timedelta(hours=rng.expovariate(1 / 40))
    last = last.replace(microsecond=last.microsecond // 1000 * 1000)
    return {
        "lastUpdatedDate": last + timedelta(minutes=3),
        "lastUpdatedReason": ["UPLOAD_COMPLETED"],
        "hasFirstData": True,
        "firstData": last - timedelta(days=rng.randint(40, 1200)),
        "hasLastData": True,
        "lastData": last,
        "hasLastUploadDate": True,
        "lastUploadDate": last + timedelta(minutes=2),
        "hasOutdatedSince": False,
        "outdatedReason": [],
    }


def _shares(mean: float, spread: float) -> dict[str, float]:
    """The share of readings in each band of a normal distribution."""
    shares: dict[str, float] = {}
    below = 0.0
    for band, bound in _BOUNDS:
        up_to = (1 + erf((bound - mean) / (spread * sqrt(2)))) / 2
        shares[band] = up_to - below
        below = up_to
    shares["VeryHigh"] = 1 - below
    shares["ExtremeHigh"] = (1 - erf((19.4 - mean) / (spread * sqrt(2)))) / 2
    shares["AnyLow"] = shares["VeryLow"] + shares["Low"]
    shares["AnyHigh"] = shares["High"] + shares["VeryHigh"]
    return shares


def _period(rng: Random, kind: str, days: int, mean: float, spread: float, use: float) -> Document:
    """A period with those values for which there are enough data, and the flags that say which values there are."""
    now_mean, now_use = mean * rng.uniform(0.92, 1.08), min(1.0, use * rng.uniform(0.9, 1.05))
    records = int(days * READINGS_A_DAY * now_use) if kind == "cgm" else int(days * now_use * 5)
    values = _values(kind, days, records, now_mean, spread, now_use)
    if records == 0 or (kind == "cgm" and now_use * days < min(days, 1) * 0.7):
        values = {name: v for name, v in values.items() if not name.endswith("Percent")}
    if now_use < 0.7:
        values.pop("glucoseManagementIndicator", None)
    period: Document = {}
    for entry in statistics.TABLE[kind]:
        value = values.get(entry.name)
        if entry.flagged:
            period[entry.flag] = bool(value) if entry.whole else value is not None
        if value is not None:
            period[entry.name] = value
            period[entry.delta] = _delta(rng, value)
    return period


def _delta(rng: Random, value: float) -> float | int:
    change = value * rng.gauss(0, 0.15)
    return int(change) if isinstance(value, int) else change


def _values(
    kind: str, days: int, records: int, mean: float, spread: float, use: float
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "min": max(2.2, mean - 3 * spread),
        "max": min(27.8, mean + 3.2 * spread),
        "averageGlucoseMmol": mean,
        "glucoseManagementIndicator": 3.31 + 0.02392 * mean * MG_PER_MMOL,
        "timeCGMUsePercent": use,
        "timeCGMUseMinutes": records * MINUTES_A_READING,
        "timeCGMUseRecords": records,
        "averageDailyRecords": records / days,
        "totalRecords": records,
        "hoursWithData": int(days * 24 * use),
        "daysWithData": max(1, int(days * use)),
        "standardDeviation": spread,
        "coefficientOfVariation": spread / mean,
    }
    for band, share in _shares(mean, spread).items():
        values[f"timeIn{band}Percent"] = share
        values[f"timeIn{band}Records"] = int(records * share)
        values[f"timeIn{band}Minutes"] = int(records * share) * MINUTES_A_READING
    return values
