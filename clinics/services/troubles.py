"""Which clinics need attention: found by a worker every minute and kept, so that no page reads all clinics.

What the clinic's own record says is read again for the clinics that a page shows: a limit that has just been raised is
not reported any more. Other apps add what they know of clinics (`declare`).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bson import ObjectId

from clinic_records.choices import EhrProvider, Tier
from clinics.choices import Destination, Procedure
from clinics.services import ehr_settings
from clinics.store import staff_reads as clinics
from clinics.store import troubles as store
from clinics.store.troubles import Entry
from kernel import clock, numbers, safe_reading, texts
from kernel.db import Document
from patients.services import patient_counts, plan_limits
from patients.services import staff_reads as patients

FREE_TIERS = (None, "", Tier.FREE.value)
IS_SILENT, IS_FORGOTTEN = timedelta(days=7), timedelta(days=60)
LATE = timedelta(minutes=10)  # a worker looks every minute, and may be busy with one task for three
MOST_AHEAD = timedelta(days=1)  # of data: local times are up to 14 hours ahead
FEWEST = 10  # patients of a clinic that has stopped sending; with fewer, a holiday looks alike
# By clinic, what is wrong.
Finder = Callable[[], Mapping[ObjectId, str]]
_FINDERS: list[Finder] = []


@dataclass(frozen=True, slots=True)
class Trouble:
    clinic: Document
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Troubles:
    """One page. `total` are all that were found at `found`, which is None if no worker has looked yet; `kept` of them
    are on pages. `looked_at`: so many of them are on this page, with those that are well again and not shown."""

    shown: list[Trouble]
    total: int
    kept: int
    looked_at: int
    found: datetime | None

    @property
    def are_others_found(self) -> bool:
        """Where none is shown, others may still be in trouble."""
        return 0 < self.looked_at < self.total

    @property
    def is_late(self) -> bool:
        return self.found is not None and clock.now() - self.found > LATE


def declare(finder: Finder) -> None:
    """Its words hold no name and no value of a patient."""
    _FINDERS.append(finder)


# --- found by a worker ------------------------------------------------------------------------------
def keep() -> None:
    moment = clock.now()
    suspects = {clinic["_id"]: clinic for clinic in clinics.list_suspects(FREE_TIERS)}
    shared = _shared_sources(suspects.values())
    found = _found_elsewhere()
    troubled = [i for i, clinic in suspects.items() if troubles_of(clinic, shared)]
    names = clinics.list_names([*troubled, *(found.keys() - set(troubled))])
    entries = [
        Entry(i, is_source_shared=_shares(suspects.get(i), shared), reasons=found.get(i, []))
        for i in sorted(names, key=lambda i: (_sortable(names[i]), i))
    ]
    store.put(entries, moment)


def _sortable(name: object) -> str:
    return texts.fold(texts.name(safe_reading.text(name) or ""))


def _found_elsewhere() -> dict[ObjectId, list[str]]:
    found = defaultdict(list)
    for finder in _FINDERS:
        for clinic_id, reason in finder().items():
            found[clinic_id].append(reason)
    return found


def _without_new_data() -> dict[ObjectId, str]:
    """Clinics whose patients had data, and none of them has new ones."""
    today = clock.now()
    newest = patients.list_newest_data(until=today + MOST_AHEAD)
    silent = {
        clinic_id: moment
        for clinic_id, moment in newest.items()
        if IS_SILENT < today - moment < IS_FORGOTTEN
    }
    large = patient_counts.list_clinics_with(FEWEST, among=list(silent))
    return {i: f"no data of any patient since {silent[i]:%Y-%m-%d}" for i in large}


declare(_without_new_data)


# --- shown ------------------------------------------------------------------------------------------
def list_troubles(*, skip: int, limit: int) -> Troubles:
    """Sorted by name. A clinic that is well again since it was found is left out."""
    kept = store.page(skip=skip, limit=limit)
    shown = {c["_id"]: c for c in clinics.list_of_ids([entry.clinic_id for entry in kept.entries])}
    troubles = [
        Trouble(shown[entry.clinic_id], _reasons(shown[entry.clinic_id], entry))
        for entry in kept.entries
        if entry.clinic_id in shown
    ]
    return Troubles(
        shown=[trouble for trouble in troubles if trouble.reasons],
        total=kept.total,
        kept=min(kept.total, store.MOST),
        looked_at=len(kept.entries),
        found=kept.found,
    )


def reasons_of(clinic: Document) -> list[str]:
    """What needs attention in one clinic."""
    entry = store.find(clinic["_id"]) or Entry(clinic["_id"], is_source_shared=False, reasons=[])
    return _reasons(clinic, entry)


def _reasons(clinic: Document, entry: Entry) -> list[str]:
    source = _source_of(safe_reading.mapping(clinic.get("ehrSettings")))
    shared = {source} if entry.is_source_shared else set()
    return [*troubles_of(clinic, shared), *entry.reasons]


# --- what a clinic's record says --------------------------------------------------------------------
def troubles_of(clinic: Document, shared_sources: set[tuple[str, str]]) -> list[str]:
    reasons = [] if clinic.get("admins") else ["no admin"]
    limit = plan_limits.plan_limit(clinic, clock.now())
    plan = numbers.shown(safe_reading.mapping(clinic.get("patientCount")).get("plan"))
    if limit is not None and plan >= limit:
        where = "over" if plan > limit else "at"
        reasons.append(f"{where} its limit: {plan} of {limit}")
    return reasons + ehr_troubles(clinic, shared_sources)


def ehr_troubles(clinic: Document, shared_sources: set[tuple[str, str]]) -> list[str]:
    """Why an enabled EHR connection cannot work."""
    settings = safe_reading.mapping(clinic.get("ehrSettings"))
    if not settings.get("enabled"):
        return []
    reasons = []
    if settings.get("provider") not in EhrProvider.values:
        reasons.append("EHR on without a provider")
    if not settings.get("sourceId"):
        reasons.append("EHR on without a source id")
    if settings.get("provider") == EhrProvider.REDOX:
        reasons += _redox_troubles(settings)
    codes = safe_reading.mapping(settings.get("procedureCodes"))
    if not codes.get(Procedure.ENABLE_REPORTS) and not codes.get(Procedure.CREATE_AND_ENABLE):
        reasons.append("EHR on without a procedure code that enables reports")
    if _source_of(settings) in shared_sources:
        reasons.append("another clinic has the same EHR source: matching fails")
    return reasons


def _redox_troubles(settings: Document) -> Iterator[str]:
    source = settings.get("sourceId")
    if source and not ehr_settings.is_redox_id(str(source)):
        yield "EHR on with a source id that Redox cannot have given: no order can find the clinic"
    if not _has_destinations(settings):
        yield "EHR on without destinations: nothing can be sent"
        return
    destinations = safe_reading.mapping(settings.get("destinationIds"))
    wrong = [k for k in Destination.values if not ehr_settings.is_redox_id(str(destinations[k]))]
    if wrong:
        yield f"EHR on with destinations that Redox cannot have given: {', '.join(wrong)}"


def _has_destinations(settings: Document) -> bool:
    destinations = safe_reading.mapping(settings.get("destinationIds"))
    return all(destinations.get(kind) for kind in Destination.values)


def _source_of(settings: Document) -> tuple[str, str]:
    return str(settings.get("provider") or ""), str(settings.get("sourceId") or "")


def _shares(clinic: Document | None, shared: set[tuple[str, str]]) -> bool:
    return (
        clinic is not None and _source_of(safe_reading.mapping(clinic.get("ehrSettings"))) in shared
    )


def _shared_sources(found: Iterable[Document]) -> set[tuple[str, str]]:
    all_settings = (safe_reading.mapping(clinic.get("ehrSettings")) for clinic in found)
    counts = Counter(_source_of(settings) for settings in all_settings if settings.get("enabled"))
    return {source for source, n in counts.items() if n > 1 and source[1]}
