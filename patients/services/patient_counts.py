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
from pymongo.errors import PyMongoError

from clinic_records.documents import ClinicDocument
from clinic_records.services import access
from kernel import clock, db, deadline, ids, numbers, outbox, safe_reading
from kernel.db import Document
from kernel.errors import (
    ConstraintViolation,
    NotFound,
    PaymentRequired,
    Unavailable,
)
from kernel.policy import Path
from kernel.shared_runs import SharedRuns
from patients import connection_issues, list_rows
from patients.choices import DataProvider, IssueCause
from patients.connection_issues import HIDDEN
from patients.events import CountDoubted
from patients.services import prepared
from patients.store import list_rows as list_row_store
from patients.store import patient_counts as store
from patients.store import patients, tags_and_sites
from patients.store.tags_and_sites import SITES, TAGS, TagOrSite

EXEMPT_PROVIDER = DataProvider.TWIIST.value  # patients who use it are covered by another contract
LIMIT_REACHED = "patient count exceeds limit"
COUNTED = store.NUMBERS
KEPT, PUBLISHED = "counts", "published counts"
Change = tuple[Document | None, Document | None]  # a record before and after
_TAG_AND_SITE_IDS = {"patientTags._id": 1, "sites.id": 1}
# The provider of a data source is free text; only three are known.
MOST_PROVIDERS = 200
TOO_MANY_PROVIDERS = "the clinic's patients have data sources of too many providers"
_refreshes: SharedRuns[None] = SharedRuns()
_TRIES = 5  # attempts to count without someone replacing the counts meanwhile
_DOUBT_LASTS = timedelta(minutes=10)  # after that a worker may be asked again
_TRUST_LASTS = timedelta(days=1)
# For so many patients, reading each row costs less than a query for each tag and site.
FEW_ROWS = 2000
# Patients' records may name tags that their clinic does not have. A clinic has at most 50 tags and 50 sites; when
# more than this many are counted, everything is counted again without the unknown ones.
MOST_TAGS_AND_SITES = 400
_UNPUBLISHED = ("tags.", "sites.", "issues.")


# --- reading --------------------------------------------------------------------------------------
def patient_count_of(counted_clinic: Document) -> Document:
    """The exact {total, demo, plan, providers?} of a clinic."""
    clinic_id = counted_clinic["_id"]
    counts = store.joined_counts(counted_clinic) or store.find_counts(clinic_id)
    if counts is None:
        doubt(clinic_id)
        counts = db.read_at_one_moment(lambda: _sums(clinic_id, _demo_row(clinic_id)))
    return published(counts)


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


def kept_counts(clinic_id: ObjectId) -> Document:
    """Counted on first use in an older database, which takes long for a large clinic: a request that needs no more
    than one number asks for that (`total_of`, `plan_of`), and a worker makes the rest."""
    return store.find_counts(clinic_id) or _count_first(clinic_id)


def find_counts(clinic_id: ObjectId) -> Document | None:
    """The counts if they are kept already."""
    return store.find_counts(clinic_id)


def list_kept_counts(clinic_ids: Sequence[ObjectId]) -> dict[ObjectId, Document]:
    """The counts of many clinics at once."""
    if len(clinic_ids) == 1:
        return {clinic_ids[0]: kept_counts(clinic_ids[0])}
    kept = {counts["_id"]: counts for counts in store.list_counts(clinic_ids)} if clinic_ids else {}
    return {clinic_id: kept.get(clinic_id) or _count_first(clinic_id) for clinic_id in clinic_ids}


def _count_first(clinic_id: ObjectId) -> Document:
    """Reads again inside the transaction, because others may be counting first at the same moment."""
    return db.run_in_transaction(lambda: store.find_counts(clinic_id) or begin_counts(clinic_id))


def count_everywhere() -> int:
    """Patients of all clinics, as they are counted."""
    return store.sum_totals()


def list_clinics_with(fewest: int, *, among: Sequence[ObjectId]) -> list[ObjectId]:
    """Those of these clinics that have so many patients."""
    return store.list_clinics_with(fewest, among=among)


def total_of(clinic_id: ObjectId) -> int:
    """The stored total. A caller who has seen that it is wrong asks for `counted_total`. Where none is stored it is
    counted from index keys, and a worker is asked for the rest."""
    counts = store.find_counts(clinic_id)
    if counts is None:
        doubt(clinic_id)
        return store.count_patients(clinic_id)
    counted = safe_reading.moment(counts.get("countedTime"))
    if counted is None or counted < clock.now() - _TRUST_LASTS:
        doubt(clinic_id)
    return int(counts["total"])


def plan_of(clinic_id: ObjectId) -> int:
    """How many patients a plan's limit counts: as stored, or else from index keys."""
    counts = store.find_counts(clinic_id)
    return count_for_plan(clinic_id) if counts is None else int(counts["plan"])


def is_total_right(clinic_id: ObjectId, kept: Document) -> bool:
    if kept["total"] == store.count_patients(clinic_id):
        return True
    # A patient may have been added or removed between the two queries.
    now, total = db.read_at_one_moment(
        lambda: (store.find_counts(clinic_id), store.count_patients(clinic_id))
    )
    return now is not None and now["total"] == total


def counted_total(clinic_id: ObjectId) -> int:
    """Counted from index keys alone. If another total is stored, a worker is asked to count everything again."""
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
    """Ask a worker to count again, or for the first time; False when one was asked a moment ago, and for a clinic that
    is gone."""

    if _is_doubted(clinic_id):
        return False  # without a transaction: lists ask again and again until a worker has counted

    def ask() -> bool:
        is_first = claim_recount(clinic_id)
        if is_first:
            outbox.emit(CountDoubted(clinic_id=str(clinic_id)))
        return is_first

    return db.run_in_transaction(ask)


def _is_doubted(clinic_id: ObjectId) -> bool:
    doubted = safe_reading.moment(recount_of(clinic_id)["doubted"])
    return doubted is not None and doubted >= clock.now() - _DOUBT_LASTS


def claim_recount(clinic_id: ObjectId) -> bool:
    """In the transaction of a caller who then counts, or asks a worker to; False when a count is already under way, or
    the clinic is gone."""
    moment = clock.now()
    if store.claim_doubt(clinic_id, moment, before=moment - _DOUBT_LASTS):
        return True
    is_stored = store.find_recount(clinic_id) is not None
    if is_stored or access.find_clinic(clinic_id, {"_id": 1}) is None:
        return False
    store.insert_doubt(clinic_id, moment)
    return True


def release_recount(clinic_id: ObjectId) -> None:
    """In the transaction of a caller who has claimed it and does not count: another may begin."""
    store.release_doubt(clinic_id)


def recount_of(clinic_id: ObjectId) -> Document:
    """{counted, doubted, issues}: the time of the last full count, since when a worker is asked for the next one, and
    how many patients have which connection issue: cause -> (shown, hidden), without those that none has."""
    stored = store.find_recount(clinic_id) or {}
    kept = safe_reading.mapping(stored.get("issues"))
    issues = {
        cause: (numbers.shown(kept.get(cause)), numbers.shown(kept.get(cause + HIDDEN)))
        for cause in IssueCause.values
    }
    return {
        "counted": stored.get("countedTime"),
        "doubted": stored.get("doubtedTime"),
        "issues": {cause: found for cause, found in issues.items() if any(found)},
    }


def refresh_patient_count(clinic_id: str | ObjectId) -> None:
    """Count again and publish, to repair the counts after other systems changed records (rules PATIENT-125 and
    PATIENT-148). What takes too long, a worker does. Raises NotFound."""
    clinic = _id_of(clinic_id)
    try:
        with deadline.early():
            _refreshes.run(clinic, partial(_refresh, clinic))
    except Unavailable:
        doubt(clinic)
    except PyMongoError as error:
        if not error.timeout:
            raise
        doubt(clinic)


def _refresh(clinic_id: ObjectId) -> None:
    if not _confirm(clinic_id):
        recount(clinic_id)
        counted_total(clinic_id)


def _confirm(clinic_id: ObjectId) -> bool:
    """Counts a small clinic by one command. If all is as it is kept and published, as usual, only the times of the
    count have to be written; otherwise False."""
    stages = (
        store.LOOKUP,
        store.join_records(clinic_id),
        store.join_sums(clinic_id, demo_id=settings.DEMO_PATIENT_USER_ID, most=FEW_ROWS + 1),
    )
    clinic = next(
        iter(db.read_at_one_moment(lambda: access.list_clinic_with(clinic_id, *stages))), None
    )
    if clinic is None:
        raise NotFound(message="clinic not found")
    kept = store.joined_counts(clinic)
    if kept is None or not _is_confirmed(clinic, kept):
        return False
    is_same = store.confirm_counts(clinic_id, generation=kept.get("generation"))
    if is_same:
        note_change(clinic_id)
    return is_same


def _is_confirmed(clinic: ClinicDocument, kept: Document) -> bool:
    counted = _joined_sums(clinic)
    n_records = sum(found["n"] for found in clinic["records"])
    return (
        counted["total"] == n_records <= FEW_ROWS
        and counted == Counter({path: n for path, n in _leaves(kept).items() if n})
        and not _foreign_paths(clinic, kept)
        and clinic.get("patientCount") == published(kept)
    )


def _joined_sums(clinic: ClinicDocument) -> Counter[str]:
    """Every number that is not zero, by its path."""
    tally: Counter[str] = Counter()
    for found in clinic["sums"]:
        kind, item_id, n = found["_id"]["of"], found["_id"].get("id"), found["n"]
        if kind in store.KINDS:
            tally[store.path(kind, item_id)] += n
        elif kind == store.ISSUES:
            tally.update(
                {path: times * n for path, times in _tally_of_issue({"issue": item_id}).items()}
            )
        else:
            demo = {"userId": settings.DEMO_PATIENT_USER_ID} if kind == "demo" else {}
            one = _tally({"sources": item_id, **demo})
            tally.update({path: times * n for path, times in one.items()})
    return tally


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
    if not _publish(clinic_id, counts):
        raise NotFound(message="clinic not found")
    return counts


def count_records(clinic_id: ObjectId) -> int:
    """From index keys alone."""
    return store.count_patients(clinic_id)


def wrong_counts(clinic_id: ObjectId) -> dict[str, int]:
    """How many kept numbers of a clinic differ from the sum over rows, and whether the published copy differs from
    them, all at one moment. A clinic that has no numbers yet, or publishes none, has no wrong ones."""
    return db.read_at_one_moment(partial(_wrong_counts, clinic_id))


def _wrong_counts(clinic_id: ObjectId) -> dict[str, int]:
    clinic = access.find_clinic(clinic_id, {**_TAG_AND_SITE_IDS, "patientCount": 1})
    kept = store.find_counts(clinic_id)
    if clinic is None or kept is None:
        return {}
    own = {store.path(field, item_id) for _, field, item_id in tags_and_sites_of(clinic)}
    expected, present = _leaves(_everything(clinic_id, clinic)), _leaves(kept)
    n = sum(
        expected[path] != present[path]
        for path in expected.keys() | present.keys()
        if path in own or not path.startswith(("tags.", "sites."))
    )
    shown = clinic.get("patientCount")
    is_shown = isinstance(shown, dict) and "total" in shown
    is_stale = is_shown and shown != published(kept)
    return {kind: n for kind, n in ((KEPT, n), (PUBLISHED, int(is_stale))) if n}


def _leaves(counts: Document) -> Counter[str]:
    """Every number by its path."""
    numbers_by_path = Counter({name: counts[name] for name in COUNTED})
    for kind in ("tags", "sites", "issues"):
        numbers_by_path.update({f"{kind}.{item_id}": n for item_id, n in counts[kind].items()})
    for provider, states in counts["sources"].items():
        numbers_by_path.update({f"sources.{provider}.{state}": n for state, n in states.items()})
    return numbers_by_path


def _without_foreign(clinic_id: ObjectId, counts: Document) -> Document:
    """Drops the counts of tags and sites that the clinic does not have, and counts of zero."""
    clinic = access.find_clinic(clinic_id, _TAG_AND_SITE_IDS) or {"_id": clinic_id}
    foreign = _foreign_paths(clinic, counts)
    return (store.remove_paths(clinic_id, foreign) or counts) if foreign else counts


def _foreign_paths(clinic: Document, counts: Document) -> list[str]:
    own = {store.path(field, item_id) for _, field, item_id in tags_and_sites_of(clinic)}
    foreign = [
        f"{kind}.{item_id}"
        for kind in ("tags", "sites")
        for item_id, n in counts[kind].items()
        if not n or f"{kind}.{item_id}" not in own
    ]
    return [*foreign, *_unused_sources(counts)]


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
    return None if clinic is None else _everything(clinic_id, clinic)


def _nested(sources: Mapping[str, int]) -> dict[str, dict[str, int]]:
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
        present = {list_rows.unescape(state): n for state, n in states.items() if n > 0}
        if present:
            providers[list_rows.unescape(provider)] = {
                "states": present,
                "total": sum(present.values()),
            }
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
    rows = ((_row(before), _row(after)) for before, after in changes)
    changed = _difference(rows)
    if changed:
        _add(clinic_id, changed, plan_limit)


def _row(record: Document | None) -> Document | None:
    return None if record is None else list_rows.counted_part(record)


def _difference(rows: Iterable[Change]) -> dict[str, int]:
    tally: Counter[str] = Counter()
    for before, after in rows:
        tally.update(_tally(after))
        tally.subtract(_tally(before))
    return {name: n for name, n in tally.items() if n}


def follow_rows(clinic_id: ObjectId, rows: Iterable[Change]) -> None:
    """Adjust the counts to rows that are written because another system has changed the records, in the transaction
    that writes them. Counts that are not kept yet stay so: they are counted when they are needed."""
    changed = _difference(rows)
    if not changed:
        return
    counts = store.add_counts(clinic_id, changed)
    if counts is not None:
        _publish(clinic_id, counts)
    elif access.find_clinic(clinic_id, {"_id": 1}) is not None:
        # Someone may be counting the rows for the first time: one of the two is repeated.
        store.touch_missing(clinic_id)


def _add(clinic_id: ObjectId, changed: Mapping[str, int], plan_limit: int | None) -> None:
    below = plan_limit if changed.get("plan", 0) > 0 else None
    counts = store.add_counts(clinic_id, changed, below_plan=below)
    if counts is None:
        counts = _first_count(clinic_id, below)
    elif is_crowded(counts):
        counts = begin_counts(clinic_id)
    if len(counts["sources"]) > MOST_PROVIDERS and _adds_sources(changed):
        raise ConstraintViolation(TOO_MANY_PROVIDERS)
    if not all(name.startswith(_UNPUBLISHED) for name in changed):
        _publish(clinic_id, counts)


def _adds_sources(changed: Mapping[str, int]) -> bool:
    return any(n > 0 and name.startswith("sources.") for name, n in changed.items())


def is_crowded(counts: Document) -> bool:
    """Whether more is counted than a clinic can have. Counting again drops tags and sites of other clinics, and
    providers that no patient has any more."""
    n_tags_and_sites = len(counts["tags"]) + len(counts["sites"])
    return n_tags_and_sites > MOST_TAGS_AND_SITES or len(counts["sources"]) > MOST_PROVIDERS


def publish(clinic_id: ObjectId) -> None:
    """Publish the kept counts, and ask a worker to count everything again."""
    _publish(clinic_id, kept_counts(clinic_id))
    doubt(clinic_id)


def _publish(clinic_id: ObjectId, counts: Document) -> bool:
    """False when there is no such clinic. Counts are sums over rows, so they are not shown to other services before
    rows have been derived of all the clinic's records (rule PATIENT-147)."""
    if prepared.is_prepared() or counts["total"] == store.count_patients(clinic_id):
        return access.publish_count(clinic_id, published(counts))
    return access.find_clinic(clinic_id, {"_id": 1}) is not None


def note_change(clinic_id: ObjectId) -> None:
    """Other services take the clinic's `updatedTime` for the time when its counts were last refreshed."""
    access.touch_clinic(clinic_id)


def _tally(row: Document | None) -> Counter[str]:
    """What one patient adds to the counts, by path in the stored document."""
    if row is None:
        return Counter()
    items = [
        *((TAGS, tag) for tag in row.get("tags", ())),
        *((SITES, site) for site in row.get("sites", ())),
    ]
    paths = Counter(total=1) + Counter(store.path(field, item_id) for field, item_id in items)
    if row.get("userId") == settings.DEMO_PATIENT_USER_ID:
        return paths + Counter(demo=1)
    sources = list_rows.sources_of(row)
    plan = int(not _is_exempt(sources))
    paths += Counter(f"sources.{source}" for source in sources) + Counter(plan=plan)
    return paths + _tally_of_issue(row)


def _tally_of_issue(row: Document) -> Counter[str]:
    code = row.get("issue")
    return Counter() if code is None else Counter([f"issues.{connection_issues.count_name(code)}"])


def _first_count(clinic_id: ObjectId, below: int | None) -> Document:
    """Called when no counts are stored yet (an older database), or when the plan is full."""
    if store.find_counts(clinic_id) is not None:
        raise PaymentRequired(LIMIT_REACHED)
    counts = begin_counts(clinic_id)
    if below is not None and counts["plan"] > below:
        raise PaymentRequired(LIMIT_REACHED)
    return counts


def begin_counts(clinic_id: ObjectId) -> Document:
    """Count and store, in the caller's transaction; nothing is stored for a clinic that is gone."""
    clinic = access.find_clinic(clinic_id, _TAG_AND_SITE_IDS)
    counts = _everything(clinic_id, clinic or {})
    if clinic is not None:
        store.replace_counts(clinic_id, counts)
    return counts


def _everything(clinic_id: ObjectId, clinic: Document) -> Document:
    """The sum over the rows of the clinic's patients."""
    demo = _demo_row(clinic_id)
    sums, issues = _sums(clinic_id, demo), _count_issues(clinic_id, demo)
    return {**sums, "issues": issues, **_count_tags_and_sites(clinic, total=sums["total"])}


def _demo_row(clinic_id: ObjectId) -> Document | None:
    return store.find_row_of_user(clinic_id, settings.DEMO_PATIENT_USER_ID)


def _count_issues(clinic_id: ObjectId, demo: Document | None) -> dict[str, int]:
    """By their name in counts; without the demo patient's. All are counted at once first: each code costs a query, of
    which a clinic without issues needs none, and others no more until all are found."""
    codes, found = connection_issues.ALL_CODES, Counter[int]()
    total = list_row_store.count_issues(clinic_id, codes)
    for code in codes:
        if found.total() == total:
            break
        found[code] = list_row_store.count_issues(clinic_id, [code])
    if demo is not None and demo.get("issue") in codes:
        found[demo["issue"]] -= 1
    return {connection_issues.count_name(code): n for code, n in found.items() if n}


def _sums(clinic_id: ObjectId, demo: Document | None) -> Document:
    """All but those of tags, sites and issues, from index keys."""
    tally: Counter[str] = Counter()
    for row, n in store.count_by_sources(clinic_id):
        tally.update({path: times * n for path, times in _tally(row).items()})
    if demo is not None:  # counted above as if it were a patient like the others
        tally.subtract(_tally({**demo, "userId": "", "issue": None}))
        tally.update(_tally(demo))
    present = {path: n for path, n in tally.items() if n}
    sources = _nested({path: n for path, n in present.items() if path.startswith("sources.")})
    return {**{name: tally[name] for name in COUNTED}, "sources": sources}


def count_for_plan(clinic_id: ObjectId) -> int:
    """From the records, on index keys: what a plan's limit is compared with before it refuses anyone."""
    demo_id = settings.DEMO_PATIENT_USER_ID
    fields = {"dataSources.providerName": 1, "dataSources.state": 1}
    demo = patients.find_patient(clinic_id, demo_id, fields) if demo_id else None
    exempt = store.count_with_provider(clinic_id, EXEMPT_PROVIDER)
    total = store.count_patients(clinic_id)
    if demo is None:
        return total - exempt
    is_exempt = _is_exempt(list_rows.sources_in(demo))
    return total - 1 - (exempt - is_exempt)


def _is_exempt(sources: Sequence[str]) -> bool:
    return any(source.partition(".")[0] == EXEMPT_PROVIDER for source in sources)


def _count_tags_and_sites(clinic: Document, *, total: int) -> dict[str, dict[str, int]]:
    """In a large clinic one query of index keys each, because `$unionWith` is not allowed in a transaction."""
    counted: dict[str, dict[str, int]] = {"tags": {}, "sites": {}}
    items = list(tags_and_sites_of(clinic))
    if total <= FEW_ROWS:
        found = tags_and_sites.count_all(clinic["_id"]) if items else {}
    else:
        found = {item: tags_and_sites.count_patients(item) for item in items}
    for item in items:
        if found.get(item):
            _, field, tag_or_site_id = item
            counted[store.KINDS[field]][str(tag_or_site_id)] = found[item]
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
