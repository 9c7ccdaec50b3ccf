"""How many patients a clinic has, and whether it may have one more (rules PATIENT-122 to PATIENT-137).

Counts are stored, not computed on request, and are updated in the transaction that changes a patient; so they are
right on the very next read, and parallel creations cannot exceed a plan limit. The counts of tags and sites are
stored with them: see `tags_and_sites`. Plan limits are in `plan_limits`.

Other systems write patients too, and know nothing of these counts, so they are not trusted blindly: a worker counts
again what turned out to be wrong, and what has not been counted for a day. No transaction is needed for that. Every
change in between adjusts the counts itself, so an error found at one moment still has the same size later, and adding
the difference corrects it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial

from bson import ObjectId
from django.conf import settings

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel import clock, db, ids, numbers, outbox, safe_reading
from kernel.db import Document
from kernel.errors import (
    ConstraintViolation,
    NotFound,
    PaymentRequired,
    Unavailable,
)
from kernel.policy import Path
from patients.choices import DataProvider
from patients.events import CountDoubted
from patients.store import patient_counts as store
from patients.store import patients, tags_and_sites
from patients.store.tags_and_sites import SITES, TAGS, TagOrSite

EXEMPT_PROVIDER = DataProvider.TWIIST.value  # patients who use it are covered by another contract
LIMIT_REACHED = "patient count exceeds limit"
COUNTED = store.NUMBERS
Change = tuple[Document | None, Document | None]  # a record before and after
_TAG_AND_SITE_IDS = {"patientTags._id": 1, "sites.id": 1}
# The provider of a data source is free text; only three are known.
MOST_PROVIDERS = 200
TOO_MANY_PROVIDERS = "the clinic's patients have data sources of too many providers"
# Above this number of patients, what requires reading their records is not counted in a request or transaction.
MOST_READ_AT_ONCE = 1000
_SLICE = 1000  # patients per query while counting again
_TRIES = 5  # attempts to count without someone replacing the counts meanwhile
_DOUBT_LASTS = timedelta(minutes=10)  # after that a worker may be asked again
_TRUST_LASTS = timedelta(days=1)
# Patients' records may name tags that their clinic does not have. A clinic has at most 50 tags and 50 sites; when
# more than this many are counted, everything is counted again without the unknown ones.
MOST_TAGS_AND_SITES = 400


# --- reading --------------------------------------------------------------------------------------
def patient_count_of(counted_clinic: Document) -> Document:
    """The exact {total, demo, plan, providers?} of a clinic."""
    clinic_id = counted_clinic["_id"]
    counts = store.joined_counts(counted_clinic) or kept_counts(clinic_id)
    return published(recount(clinic_id) if _is_draft(counts) else counts)


def join_counted_clinic(path: Path) -> Document | None:
    """The `join` of an operation that reads the clinic of its path with its counts: see `access_counted_clinic`."""
    return access.join_clinic(path, store.LOOKUP)


def access_counted_clinic(
    clinic_id: str, joined: Sequence[Document] | None = None
) -> ClinicDocument:
    """With the kept counts of its patients in `counts`; `joined`: what `join_counted_clinic` has read
    already. Raises NotFound."""
    if joined is None:
        joined = access.list_clinic_with(clinic_id, store.LOOKUP)
    return access.access_clinic(clinic_id, joined)


def begin_empty(clinic_id: ObjectId) -> None:
    """Start a new clinic's counts at zero, in the transaction that stores the clinic."""
    store.insert_empty_counts(clinic_id)


def forget_clinic(clinic_id: ObjectId) -> None:
    """Remove the counts of a deleted clinic."""
    store.remove_counts(clinic_id)


def _is_draft(counts: Document) -> bool:
    return "countedTime" not in counts and "doubtedTime" in counts


def kept_counts(clinic_id: ObjectId) -> Document:
    """Counted on first use in an older database."""
    return store.find_counts(clinic_id) or _count_first(clinic_id)


def list_kept_counts(clinic_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """The counts of many clinics at once."""
    if len(clinic_ids) == 1:
        return {clinic_ids[0]: kept_counts(clinic_ids[0])}
    kept = {counts["_id"]: counts for counts in store.list_counts(clinic_ids)} if clinic_ids else {}
    return {clinic_id: kept.get(clinic_id) or _count_first(clinic_id) for clinic_id in clinic_ids}


def _count_first(clinic_id: ObjectId) -> Document:
    """Reads again inside the transaction, because others may be counting first at the same moment."""
    return db.run_in_transaction(lambda: store.find_counts(clinic_id) or begin_counts(clinic_id))


def total_of(clinic_id: ObjectId) -> int:
    """The stored total. A caller who has seen that it is wrong asks for `counted_total`."""
    counts = kept_counts(clinic_id)
    counted = safe_reading.moment(counts.get("countedTime"))
    if counted is None or counted < clock.now() - _TRUST_LASTS:
        doubt(clinic_id)
    return int(counts["total"])


def is_total_right(clinic_id: ObjectId, kept: Document) -> bool:
    if kept["total"] == store.count_patients(clinic_id):
        return True
    # A patient may have been added or removed between the two queries.
    now, total = db.read_at_one_moment(
        lambda: (store.find_counts(clinic_id), store.count_patients(clinic_id))
    )
    return now is not None and now["total"] == total


def counted_total(clinic_id: ObjectId) -> int:
    """Counted from index keys alone. If the stored total differs, a worker is asked to count everything again."""
    total, kept = store.count_patients(clinic_id), store.find_counts(clinic_id)
    return total if kept is None or kept["total"] == total else _compared_total(clinic_id)


def _compared_total(clinic_id: ObjectId) -> int:
    """Compares both in one transaction, because patients come and go."""

    def compare() -> int:
        total, kept = store.count_patients(clinic_id), store.find_counts(clinic_id)
        if kept is not None and kept["total"] != total:
            doubt(clinic_id)
        return total

    return db.run_in_transaction(compare)


# --- counting again --------------------------------------------------------------------------------
def doubt(clinic_id: ObjectId) -> bool:
    """Ask a worker to count again; False when one was asked a moment ago."""

    def ask() -> bool:
        moment = clock.now()
        is_first = store.claim_doubt(clinic_id, moment, before=moment - _DOUBT_LASTS)
        if is_first:
            _emit_doubt(clinic_id)
        return is_first

    return db.run_in_transaction(ask)


def _emit_doubt(clinic_id: ObjectId) -> None:
    outbox.emit(CountDoubted(clinic_id=str(clinic_id)))


def ask_for_recount(clinic_id: ObjectId) -> bool:
    """For a person who waits for the result; False when a count is already under way. Raises NotFound."""
    kept_counts(clinic_id)
    return doubt(clinic_id)


def recount_of(clinic_id: ObjectId) -> Document:
    """{counted, doubted}: the time of the last full count, and since when a worker is asked for the next."""
    counts = store.find_counts(clinic_id) or {}
    return {"counted": counts.get("countedTime"), "doubted": counts.get("doubtedTime")}


def refresh_patient_count(clinic_id: str | ObjectId) -> Document:
    """Count again and publish, to repair the counts after other systems changed records. Raises NotFound."""
    return published(recount(_id_of(clinic_id)))


def recount(clinic_id: ObjectId) -> Document:
    """Count everything again, however many patients there are and however often they change: the records are read in
    slices of a thousand, all as of one moment, and wrong counts are corrected by the difference. Raises NotFound, and
    Unavailable when the counts keep being replaced meanwhile."""
    for _ in range(_TRIES):
        kept_counts(clinic_id)
        kept, counted = db.read_at_one_moment(
            lambda: (store.find_counts(clinic_id), _count_everything(clinic_id))
        )
        if counted is None:
            raise NotFound(message="clinic not found")
        if kept is None:
            continue
        counts = db.run_in_transaction(partial(_correct, clinic_id, kept, counted))
        if counts is not None:
            return counts
    raise Unavailable


def _correct(clinic_id: ObjectId, kept: Document, counted: Document) -> Document | None:
    corrections = _leaves(counted)
    corrections.subtract(_leaves(kept))
    wrong = {path: n for path, n in corrections.items() if n}
    counts = store.correct_counts(clinic_id, wrong, generation=kept.get("generation"))
    if counts is None:
        return None
    counts = _without_foreign(clinic_id, counts)
    if not access.publish_count(clinic_id, published(counts)):
        raise NotFound(message="clinic not found")
    return counts


def _leaves(counts: Document) -> Counter[str]:
    """Every number by its path."""
    numbers_by_path = Counter({name: counts[name] for name in COUNTED})
    for kind in ("tags", "sites"):
        numbers_by_path.update({f"{kind}.{item_id}": n for item_id, n in counts[kind].items()})
    for provider, states in counts["sources"].items():
        numbers_by_path.update({f"sources.{provider}.{state}": n for state, n in states.items()})
    return numbers_by_path


def _without_foreign(clinic_id: ObjectId, counts: Document) -> Document:
    """Drops the counts of tags and sites that the clinic does not have, and counts of zero."""
    clinic = access.find_clinic(clinic_id, _TAG_AND_SITE_IDS) or {"_id": clinic_id}
    own = {store.path(field, item_id) for _, field, item_id in tags_and_sites_of(clinic)}
    foreign = [
        f"{kind}.{item_id}"
        for kind in ("tags", "sites")
        for item_id, n in counts[kind].items()
        if not n or f"{kind}.{item_id}" not in own
    ]
    foreign += _unused_sources(counts)
    return (store.remove_paths(clinic_id, foreign) or counts) if foreign else counts


def _unused_sources(counts: Document) -> Iterator[str]:
    for provider, states in counts["sources"].items():
        unused = [state for state, n in states.items() if not n]
        if len(unused) == len(states):
            yield f"sources.{provider}"
        else:
            yield from (f"sources.{provider}.{state}" for state in unused)


def _count_everything(clinic_id: ObjectId) -> Document | None:
    """None for a clinic that is gone."""
    clinic = access.find_clinic(clinic_id, _TAG_AND_SITE_IDS)
    if clinic is None:
        return None
    sources = _nested(_count_sources(clinic_id))
    return {**count_by_keys(clinic_id), **_count_tags_and_sites(clinic), "sources": sources}


def _count_sources(clinic_id: ObjectId) -> Counter[str]:
    """One slice of the patients at a time, so that no query comes near the time limit."""
    counted: Counter[str] = Counter()
    rows: list[Document] = [{"userId": ""}]
    while rows:
        rows = store.list_sources(clinic_id, after=rows[-1]["userId"], limit=_SLICE)
        for row in rows:
            if row["userId"] != settings.DEMO_PATIENT_USER_ID:
                counted.update(_source_paths(row))
    return counted


def _nested(sources: Counter[str]) -> dict[str, dict[str, int]]:
    by_provider: dict[str, dict[str, int]] = {}
    for path, n in sources.items():
        _, provider, state = path.split(".")
        by_provider.setdefault(provider, {})[state] = n
    return by_provider


def published(counts: Document) -> Document:
    """The counts as clinics show them. `providers` counts data sources, not patients; absent if there are none."""
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
    parsed_id = ids.parse_id(clinic_id)
    if parsed_id is None:
        raise NotFound(message="clinic not found")
    return parsed_id


# --- changes that keep the counts -----------------------------------------------------------------
def count_change(
    *,
    clinic_id: ObjectId,
    before: Document | None,
    after: Document | None,
    plan_limit: int | None = None,
) -> None:
    """Adjust the counts to a change of a patient's record, in the transaction of that change.

    Raises PaymentRequired when the plan is full (`plan_limit`), and ConstraintViolation when there would be too many
    providers.
    """
    count_changes(clinic_id, [(before, after)], plan_limit=plan_limit)


def count_changes(
    clinic_id: ObjectId, changes: Iterable[Change], *, plan_limit: int | None = None
) -> None:
    """As `count_change`, for many records that change in one transaction."""
    tally: Counter[str] = Counter()
    for before, after in changes:
        tally.update(_tally(after))
        tally.subtract(_tally(before))
    changed = {name: n for name, n in tally.items() if n}
    if changed:
        _add(clinic_id, changed, plan_limit)


def _add(clinic_id: ObjectId, changed: Mapping[str, int], plan_limit: int | None) -> None:
    below = plan_limit if changed.get("plan", 0) > 0 else None
    counts = store.add_counts(clinic_id, changed, below_plan=below)
    if counts is None:
        counts = _first_count(clinic_id, below)
    elif is_crowded(counts):
        counts = begin_counts(clinic_id)
    if len(counts["sources"]) > MOST_PROVIDERS and _adds_sources(changed):
        raise ConstraintViolation(TOO_MANY_PROVIDERS)
    if not all(name.startswith(("tags.", "sites.")) for name in changed):
        access.publish_count(clinic_id, published(counts))


def _adds_sources(changed: Mapping[str, int]) -> bool:
    return any(n > 0 and name.startswith("sources.") for name, n in changed.items())


def is_crowded(counts: Document) -> bool:
    """Whether more is counted than a clinic can have. Counting again drops tags and sites of other clinics, and
    providers that no patient has any more."""
    n_tags_and_sites = len(counts["tags"]) + len(counts["sites"])
    return n_tags_and_sites > MOST_TAGS_AND_SITES or len(counts["sources"]) > MOST_PROVIDERS


def publish(clinic_id: ObjectId) -> None:
    """Publish the kept counts, and ask a worker to count everything again."""
    access.publish_count(clinic_id, published(kept_counts(clinic_id)))
    doubt(clinic_id)


def note_change(clinic_id: ObjectId) -> None:
    """Other services take the clinic's `updatedTime` for the time when its counts were last refreshed."""
    access.touch_clinic(clinic_id)


def _tally(document: Document | None) -> Counter[str]:
    """What one record adds to the counts, by path in the stored document."""
    if document is None:
        return Counter()
    paths = Counter(_tag_and_site_paths(document))
    if document.get("userId") == settings.DEMO_PATIENT_USER_ID:
        return paths + Counter(total=1, demo=1)
    added = paths + Counter(total=1) + Counter(_source_paths(document))
    if not _is_exempt(document):
        added["plan"] = 1
    return added


def _is_exempt(document: Document) -> bool:
    sources = safe_reading.objects(document.get("dataSources"))
    return any(source.get("providerName") == EXEMPT_PROVIDER for source in sources)


def _source_paths(document: Document) -> Iterator[str]:
    for source in safe_reading.objects(document.get("dataSources")):
        provider, state = str(source.get("providerName")), str(source.get("state"))
        yield f"sources.{_escape(provider)}.{_escape(state)}"


def _tag_and_site_paths(document: Document) -> set[str]:
    """Each tag and site once, however often the record names it."""
    tags = document.get("tags")
    tags = tags if isinstance(tags, list) else []
    sites = [site.get("id") for site in safe_reading.objects(document.get("sites"))]
    items = [*((TAGS, tag) for tag in tags), *((SITES, site) for site in sites)]
    return {store.path(field, item_id) for field, item_id in items if isinstance(item_id, ObjectId)}


def _first_count(clinic_id: ObjectId, below: int | None) -> Document:
    """Called when no counts are stored yet (an older database), or when the plan is full."""
    if store.find_counts(clinic_id) is not None:
        raise PaymentRequired(LIMIT_REACHED)
    counts = begin_counts(clinic_id)
    if below is not None and counts["plan"] > below:
        raise PaymentRequired(LIMIT_REACHED)
    return counts


def begin_counts(clinic_id: ObjectId) -> Document:
    """Count and store, in the caller's transaction; nothing is stored for a clinic that is gone.

    Counting data sources means reading the records, so for a large clinic that is left to a worker. Until then the
    numbers published last, by this service or another, are used.
    """
    clinic = access.find_clinic(clinic_id, {**_TAG_AND_SITE_IDS, "patientCount.providers": 1})
    counts = {**count_by_keys(clinic_id), **_count_tags_and_sites(clinic or {}), "sources": {}}
    is_draft = counts["total"] > MOST_READ_AT_ONCE
    if is_draft:
        counts["sources"] = _published_sources(clinic or {})
    else:
        counts["sources"] = _nested(_count_sources(clinic_id))
    if clinic is None:
        return counts
    store.replace_counts(clinic_id, counts, is_draft=is_draft)
    if is_draft:
        _emit_doubt(clinic_id)
    return counts


def _published_sources(clinic: Document) -> dict[str, dict[str, int]]:
    providers = safe_reading.mapping(
        safe_reading.mapping(clinic.get("patientCount")).get("providers")
    )
    sources: dict[str, dict[str, int]] = {}
    for provider, stored in providers.items():
        states = safe_reading.mapping(safe_reading.mapping(stored).get("states"))
        counted = {_escape(state): numbers.shown(n) for state, n in states.items()}
        sources[_escape(provider)] = {state: n for state, n in counted.items() if n > 0}
    return sources


def count_by_keys(clinic_id: ObjectId) -> Document:
    demo_id = settings.DEMO_PATIENT_USER_ID
    fields = {"dataSources.providerName": 1}
    demo = patients.find_patient(clinic_id, demo_id, fields) if demo_id else None
    total = store.count_patients(clinic_id)
    exempt = store.count_with_provider(clinic_id, EXEMPT_PROVIDER)
    if demo is not None and _is_exempt(demo):
        exempt -= 1
    n_demo = int(demo is not None)
    return {"total": total, "demo": n_demo, "plan": total - n_demo - exempt}


def _count_tags_and_sites(clinic: Document) -> dict[str, dict[str, int]]:
    """One query each, because `$unionWith` is not allowed in a transaction."""
    counted: dict[str, dict[str, int]] = {"tags": {}, "sites": {}}
    for tag_or_site in tags_and_sites_of(clinic):
        n = tags_and_sites.count_patients(tag_or_site)
        if n:
            _, field, tag_or_site_id = tag_or_site
            counted[store.KINDS[field]][str(tag_or_site_id)] = n
    return counted


def tags_and_sites_of(clinic: Document) -> Iterable[TagOrSite]:
    """The clinic's tags and sites."""
    for field, name, items in ((TAGS, "_id", "patientTags"), (SITES, "id", "sites")):
        for item in safe_reading.objects(clinic.get(items)):
            if isinstance(item.get(name), ObjectId):
                yield clinic["_id"], field, item[name]


def count_at(counts: Document, field: str, tag_or_site_id: ObjectId) -> int:
    """The number of patients of one tag or site in stored counts; never below 0."""
    kept: int = counts[store.KINDS[field]].get(str(tag_or_site_id), 0)
    return max(0, kept)


def _escape(name: str) -> str:
    """The name in a form that can be part of a field path."""
    return name.replace("%", "%25").replace(".", "%2E").replace("$", "%24") or "%"


def _unescape(name: str) -> str:
    return "" if name == "%" else name.replace("%24", "$").replace("%2E", ".").replace("%25", "%")
