"""How many patients a clinic has, and whether it may have one more (behaviour notes patients 6, clinics 5.3-5.4).

Counts are kept, never counted on a request, and change in the transaction that changes a patient; so they are
right on the very next read, and a plan limit can not be overshot by parallel creation. Those of tags and sites are
kept with them: see `places`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bson import ObjectId
from django.conf import settings

from clinics.store import clinics as clinic_store
from clinics.store import patient_counts as store
from clinics.store import patient_places, patients
from clinics.store.patient_places import SITES, TAGS, Place
from clinics_site.core import clock, db, ids, numbers, showing
from clinics_site.core.db import Document
from clinics_site.core.errors import BadRequest, ConstraintViolation, NotFound, PaymentRequired

EXEMPT_PROVIDER = "twiist"  # its users are covered by another contract
FREE_TIER = "tier0100"
LIMIT_REACHED = "patient count exceeds limit"
COUNTED = ("total", "demo", "plan")
LIMITS = ("hardLimit", "softLimit")
DATES = ("startDate", "endDate")
# Patients' data sources name providers as they like; only three are known.
MOST_PROVIDERS = 200
TOO_MANY_PROVIDERS = "the clinic's patients have data sources of too many providers"
# Ids that the clinic does not know come in with patients' tags. More than this many are too many to carry along; a
# clinic has 50 tags and 50 sites at the most.
MOST_PLACES = 400


# --- the plan's limit -----------------------------------------------------------------------------
def effective_limits(clinic: Document) -> Document:
    """The stored limits, or none where the clinic is not limited: only US clinics on the free tier are."""
    if (clinic.get("country") or "US") != "US" or (clinic.get("tier") or FREE_TIER) != FREE_TIER:
        return {}
    limits = {name: readable_limit(clinic, name) for name in LIMITS}
    return {name: limit for name, limit in limits.items() if limit is not None}


def stored_limit(clinic: Document, name: str) -> Document:
    """As it was written, readable or not."""
    return showing.mapping(showing.mapping(clinic.get("patientCountSettings")).get(name))


def readable_limit(clinic: Document, name: str) -> Document | None:
    """None without one, and for a plan that cannot be read: taken for 0 it would block the clinic. An older
    `patientCount` stands in for a plan of 0."""
    stored = stored_limit(clinic, name)
    plan, older = numbers.count(stored.get("plan")), numbers.count(stored.get("patientCount"))
    if plan is None and older is None:
        if stored:
            showing.note("clinic", clinic["_id"], ValueError(name))
        return None
    limit: Document = {"plan": plan or older or 0}
    for date in DATES:
        if showing.moment(stored.get(date)) is not None:
            limit[date] = stored[date]
    return limit


def plan_limit(clinic: Document, moment: datetime) -> int | None:
    """The number of plan patients at which creation is refused now; None: unlimited. Both dates are inclusive; a limit
    with a date that cannot be read is not in force, since nobody can say that it is."""
    hard: Any = effective_limits(clinic).get("hardLimit")
    stored = stored_limit(clinic, "hardLimit")
    if hard is None or any(stored.get(name) is not None and name not in hard for name in DATES):
        return None
    if "startDate" in hard and moment < hard["startDate"]:
        return None
    if "endDate" in hard and moment > hard["endDate"]:
        return None
    return int(hard["plan"])


def check_plan_limit(clinic: Document) -> int | None:
    """The limit in force, for the creating transaction. Raises PaymentRequired when it is reached already."""
    limit = plan_limit(clinic, clock.now())
    if limit is not None and kept_counts(clinic["_id"])["plan"] >= limit:
        raise PaymentRequired(LIMIT_REACHED)
    return limit


def set_limits(clinic_id: str, limits: Document) -> Document:
    """Replace the limits; {} removes them. The answer is what is in force."""
    for limit in limits.values():
        if (
            limit.get("startDate")
            and limit.get("endDate")
            and limit["startDate"] > limit["endDate"]
        ):
            raise BadRequest
    clinic = store.set_limits(_id_of(clinic_id), limits, clock.now())
    if clinic is None:
        raise NotFound(message="clinic not found")
    return effective_limits(clinic)


# --- reading --------------------------------------------------------------------------------------
def patient_count_of(counted_clinic: Document) -> Document:
    """{total, demo, plan, providers?} of a clinic, exact."""
    joined = store.joined_counts(counted_clinic)
    return published(joined or kept_counts(counted_clinic["_id"]))


def kept_counts(clinic_id: ObjectId) -> Document:
    """Counted on first use in an older database."""
    return store.find_counts(clinic_id) or _count_first(clinic_id)


def list_kept_counts(clinic_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """Of many clinics at once."""
    if len(clinic_ids) == 1:
        return {clinic_ids[0]: kept_counts(clinic_ids[0])}
    kept = {counts["_id"]: counts for counts in store.list_counts(clinic_ids)} if clinic_ids else {}
    return {found: kept.get(found) or _count_first(found) for found in clinic_ids}


def _count_first(clinic_id: ObjectId) -> Document:
    """Looks again, because others may do the same at this moment."""
    return db.run_in_transaction(lambda: store.find_counts(clinic_id) or recount(clinic_id))


def total_of(clinic_id: ObjectId) -> int:
    return int(kept_counts(clinic_id)["total"])


def refresh_patient_count(clinic_id: str | ObjectId) -> Document:
    """Count anew and publish: a repair, for records that other systems changed. Raises NotFound."""
    found = _id_of(clinic_id)

    def refresh() -> Document:
        counts = published(recount(found))
        if not store.set_published(found, counts, clock.now()):
            raise NotFound(message="clinic not found")
        return counts

    return db.run_in_transaction(refresh)


def published(counts: Document) -> Document:
    """The counts as clinics show them. `providers` counts data sources, not patients; absent without any."""
    shown: Document = {name: counts[name] for name in COUNTED}
    providers = {}
    for provider, states in (counts.get("sources") or {}).items():
        present = {_unescape(state): n for state, n in states.items() if n > 0}
        if present:
            providers[_unescape(provider)] = {"states": present, "total": sum(present.values())}
    if providers:
        shown["providers"] = providers
    return shown


def _id_of(clinic_id: str | ObjectId) -> ObjectId:
    found = ids.parse_id(clinic_id)
    if found is None:
        raise NotFound(message="clinic not found")
    return found


# --- changes that keep the counts -----------------------------------------------------------------
def count_change(
    *,
    clinic_id: ObjectId,
    before: Document | None,
    after: Document | None,
    plan_limit: int | None = None,
) -> None:
    """Bring the counts from one state of a patient's record to another, inside its transaction.

    Raises PaymentRequired when the plan is full (`plan_limit`), ConstraintViolation for one provider too many.
    """
    changes = _tally(after)
    changes.subtract(_tally(before))
    changed = {name: n for name, n in changes.items() if n}
    if not changed:
        return
    below = plan_limit if changed.get("plan", 0) > 0 else None
    counts = store.add_counts(clinic_id, changed, below_plan=below)
    if counts is None:
        counts = _first_count(clinic_id, below)
    elif is_crowded(counts):
        counts = recount(clinic_id)
    if len(counts["sources"]) > MOST_PROVIDERS and _adds_sources(changed):
        raise ConstraintViolation(TOO_MANY_PROVIDERS)
    if not all(name.startswith(("tags.", "sites.")) for name in changed):
        store.set_published(clinic_id, published(counts), clock.now())


def _adds_sources(changed: Document) -> bool:
    return any(n > 0 and name.startswith("sources.") for name, n in changed.items())


def is_crowded(counts: Document) -> bool:
    """Whether more is counted than a clinic can have; counting anew forgets foreign tags and sites, and the providers
    that no patient has any more."""
    places = len(counts["tags"]) + len(counts["sites"])
    return places > MOST_PLACES or len(counts["sources"]) > MOST_PROVIDERS


def note_change(clinic_id: ObjectId) -> None:
    """Outside watchers take the clinic's `updatedTime` for the time of the last refresh of its counts."""
    store.touch_clinic(clinic_id, clock.now())


def _tally(document: Document | None) -> Counter[str]:
    """What one record adds to the counts, by the path in the kept document."""
    if document is None:
        return Counter()
    places = Counter(_places_of_patient(document))
    if document["userId"] == settings.DEMO_PATIENT_USER_ID:
        return places + Counter(total=1, demo=1)
    sources = document.get("dataSources") or []
    found = places + Counter(total=1)
    if all(source.get("providerName") != EXEMPT_PROVIDER for source in sources):
        found["plan"] = 1
    for source in sources:
        provider, state = str(source.get("providerName")), str(source.get("state"))
        found[f"sources.{_escape(provider)}.{_escape(state)}"] += 1
    return found


def _places_of_patient(document: Document) -> set[str]:
    """Each once, however often the record names it."""
    tags = document.get("tags") or []
    sites = [site.get("id") for site in document.get("sites") or []]
    named = [*((TAGS, tag) for tag in tags), *((SITES, site) for site in sites)]
    return {store.path(field, found) for field, found in named if isinstance(found, ObjectId)}


def _first_count(clinic_id: ObjectId, below: int | None) -> Document:
    """No counts are kept yet (an older database), or the plan is full."""
    if store.find_counts(clinic_id) is not None:
        raise PaymentRequired(LIMIT_REACHED)
    counts = recount(clinic_id)
    if below is not None and counts["plan"] > below:
        raise PaymentRequired(LIMIT_REACHED)
    return counts


def recount(clinic_id: ObjectId) -> Document:
    """Count everything anew and keep it, in the caller's transaction; of a clinic that is gone nothing is kept."""
    clinic = clinic_store.find_clinic(clinic_id, {"patientTags._id": 1, "sites.id": 1})
    counts = {**_count_patients(clinic_id), **_count_places(clinic or {})}
    if clinic is not None:
        store.replace_counts(clinic_id, counts)
    return counts


def _count_patients(clinic_id: ObjectId) -> Document:
    demo_id = settings.DEMO_PATIENT_USER_ID
    total = store.count_patients(clinic_id)
    demo = int(bool(demo_id) and patients.find_patient(clinic_id, demo_id, {"_id": 1}) is not None)
    exempt = store.count_with_provider(clinic_id, EXEMPT_PROVIDER, demo_id)
    sources: dict[str, dict[str, int]] = {}
    for row in store.count_sources(clinic_id, demo_id):
        states = sources.setdefault(_escape(str(row["provider"])), {})
        states[_escape(str(row["state"]))] = row["n"]
    return {"total": total, "demo": demo, "plan": total - demo - exempt, "sources": sources}


def _count_places(clinic: Document) -> dict[str, dict[str, int]]:
    """One by one, since a transaction can not unite them in one command."""
    found: dict[str, dict[str, int]] = {"tags": {}, "sites": {}}
    for place in places_of(clinic):
        n = patient_places.count_patients(place)
        if n:
            _, field, place_id = place
            found[store.KINDS[field]][str(place_id)] = n
    return found


def places_of(clinic: Document) -> Iterable[Place]:
    """The clinic's tags and sites."""
    for field, name, items in ((TAGS, "_id", "patientTags"), (SITES, "id", "sites")):
        for item in showing.objects(clinic.get(items)):
            if isinstance(item.get(name), ObjectId):
                yield clinic["_id"], field, item[name]


def count_at(counts: Document, field: str, place_id: ObjectId) -> int:
    """Of one tag or site in kept counts; never less than nobody."""
    return max(0, counts[store.KINDS[field]].get(str(place_id), 0))


def _escape(name: str) -> str:
    """A name as a part of a field path."""
    return name.replace("%", "%25").replace(".", "%2E").replace("$", "%24") or "%"


def _unescape(name: str) -> str:
    return "" if name == "%" else name.replace("%24", "$").replace("%2E", ".").replace("%25", "%")
