"""Beside the other service: what our collections and indexes cost more than its own, and what they cost it.

What could be compared in one run is: the same records in a database of their own with its indexes alone take the bare
updates that it would send, and its own queries are asked with our indexes hidden and shown in turn. Its recorded
figures are from another machine, so this machine's own speed is printed with them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from typing import Any

from bson import ObjectId

from patients import kept
from tests.bench.meters import cpu_of_database
from tests.bench.scenarios import World
from tests.bench.verdict import line
from tests.other_service.indexes import PATIENTS

COPY = "bench_other"
RECORDED = {"data": 1400, "disk": 450, "indexes": 65}  # MB for 100,000 patients
RECORDED_CPU = {"put review": 2.2, "post summary": 1.8}  # ms of the database
LIMITS = {"disk": 2.0, "indexes": 4.0, "put review": 1.0, "post summary": 1.5}
QUERY_LIMIT = 1.2  # times its own time with its own indexes alone; the rest is noise
ROUNDS = 5
UPDATES = 400
MOST = 10_000  # patients of a clinic that its queries are asked about: each reads all records
ITS_INDEXES = {"_id_", *(model.document["name"] for model in PATIENTS)}
_COLLATION = {"locale": "en", "strength": 1}
_COUNTED = 20_000_000


def speed_of_machine() -> float:
    """The seconds of 20 million additions in a loop, as a script without functions makes them."""
    started = time.perf_counter()
    exec(f"n = 0\nfor _ in range({_COUNTED}): n += 1", {})  # noqa: S102 (of this line alone)
    return time.perf_counter() - started


# --- sizes ----------------------------------------------------------------------------------------
def sizes(database: Any) -> dict[str, dict[str, float]]:
    """MB for 100,000 patients: data, disk, indexes."""
    database.client.admin.command("fsync")
    names = ("patients", kept.ROWS, kept.TEXTS)
    stats = {name: database.command("collStats", name, indexDetails=True) for name in names}
    indexes = {name: dict(_index_sizes(one)) for name, one in stats.items()}
    rows = {
        name: {
            "data": one["size"],
            "disk": _used(one["storageSize"], one["wiredTiger"]),
            "indexes": sum(indexes[name].values()),
        }
        for name, one in stats.items()
    }
    its_own = sum(size for name, size in indexes["patients"].items() if name in ITS_INDEXES)
    ours = {"data": 0, "disk": 0, "indexes": rows["patients"]["indexes"] - its_own}
    rows["patients"]["indexes"] = its_own
    share = 100_000 / max(1, stats["patients"]["count"]) / 1e6
    return {
        name: {key: value * share for key, value in row.items()}
        for name, row in {**rows, "our indexes of patients": ours}.items()
    }


def _index_sizes(stats: Any) -> Iterator[tuple[str, int]]:
    for name, size in stats["indexSizes"].items():
        details = stats["indexDetails"].get(name)  # a clustered collection is its own index
        yield name, _used(size, details) if details else size


def _used(size: int, details: Any) -> int:
    """Without the free room in a file: how much there is depends on how fast the records came."""
    return size - int(details["block-manager"]["file bytes available for reuse"])


def show_sizes(rows: dict[str, dict[str, float]]) -> None:
    print(f"\n{'MB for 100,000 patients':<44}{'data':>9}{'disk':>9}{'indexes':>9}")
    total = {key: sum(row[key] for row in rows.values()) for key in RECORDED}
    for name, row in {**rows, "all": total, "the other service, recorded": RECORDED}.items():
        print(f"{name:<44}" + "".join(f"{row[key]:>9.0f}" for key in RECORDED))
    for key in ("disk", "indexes"):
        for name, other in (("of patients alone", rows["patients"]), ("recorded", RECORDED)):
            ratio = total[key] / other[key]
            print(line(f"{key}, times that {name}", ratio, LIMITS[key], "times"))


# --- writes ---------------------------------------------------------------------------------------
def bare_updates(world: World, database: Any) -> dict[str, float]:
    """Milliseconds of the database's CPU for the update of the record alone, with the other service's indexes."""
    patients = _copy(database)
    users = [
        (ObjectId(world.clinic_id), user_id, patients.find_one({"userId": user_id})["summary"])
        for user_id in world.patient_ids
        if "summary" in (patients.find_one({"userId": user_id}) or {})
    ]
    updates: dict[str, Callable[..., Any]] = {"put review": _review, "post summary": _summary}
    return {
        name: min(_cpu(partial(update, patients), users) for _ in range(ROUNDS))
        for name, update in updates.items()
    }


def _copy(database: Any) -> Any:
    """Made once; an interrupted copy is made again."""
    target = database.client[COPY]["patients"]
    if len(target.index_information()) < len(ITS_INDEXES):
        target.drop()
        database["patients"].aggregate([{"$out": {"db": COPY, "coll": "patients"}}])
        target.create_indexes(PATIENTS)
    return target


def _review(patients: Any, clinic_id: ObjectId, user_id: str, _: Any) -> None:
    review = {"clinicianId": "bench", "time": datetime.now(UTC)}
    push = {"reviews": {"$each": [review], "$position": 0, "$slice": 2}}
    patients.find_one_and_update({"clinicId": clinic_id, "userId": user_id}, {"$push": push})


def _summary(patients: Any, _: ObjectId, user_id: str, summary: Any) -> None:
    parts = {f"summary.{name}": part for name, part in summary.items()}
    change = {"$set": {**parts, "updatedTime": datetime.now(UTC)}}
    patients.update_many({"userId": user_id}, change)


def _cpu(update: Callable[..., Any], users: list[Any]) -> float:
    client = update.args[0].database.client  # type: ignore[attr-defined]
    before = cpu_of_database(client)
    for _, user in zip(range(UPDATES), cycle(users), strict=False):
        update(*user)
    return (cpu_of_database(client) - before) / UPDATES * 1000


def show_writes(rows: list[dict[str, Any]], bare: dict[int, dict[str, float]]) -> None:
    for row in rows:
        name, size = row["scenario"], row["patients"]
        if name in RECORDED_CPU and size in bare and row["connections"] == 1:
            floor, ms = bare[size][name], row["db_ms"]
            print(
                f"{name}, {size} patients: {ms:.2f} ms of the database; "
                f"the bare update of the record alone {floor:.2f}"
            )
            limit = LIMITS[name]
            print(
                line(
                    "  times the other service's, recorded", ms / RECORDED_CPU[name], limit, "times"
                )
            )
            print(line("  times the bare update", ms / floor, limit, "times"))


# --- its queries ----------------------------------------------------------------------------------
def its_queries(world: World, database: Any) -> list[dict[str, Any]]:
    """Milliseconds of each of its queries, with its own indexes alone and with ours too."""
    patients, rows = database["patients"], []
    for name, ask in _questions(world, patients):
        alone, both = [], []
        for _ in range(ROUNDS):
            with _hidden(database):
                alone.append(_milliseconds(ask))
            both.append(_milliseconds(ask))
        rows.append({"query": name, "patients": world.size, "alone": min(alone), "both": min(both)})
    return rows


def show_queries(rows: list[dict[str, Any]]) -> None:
    if rows:
        print(f"\n{'queries of the other service, ms':<44}{'alone':>9}{'ours too':>9}{'ratio':>9}")
    for row in rows:
        times = f"{row['alone']:>9.1f}{row['both']:>9.1f}{row['both'] / row['alone']:>9.2f}"
        print(f"{row['query'] + ', ' + str(row['patients']):<44}{times}")
    if rows:
        worst = max(rows, key=lambda row: row["both"] / row["alone"])
        text = f"slowest with our indexes: {worst['query']}, {worst['patients']}, times alone"
        print(line(text, worst["both"] / worst["alone"], QUERY_LIMIT, "times"))


@contextmanager
def _hidden(database: Any) -> Iterator[None]:
    ours = database["patients"].index_information().keys() - ITS_INDEXES
    _hide(database, ours, True)
    try:
        yield
    finally:
        _hide(database, ours, False)


def _hide(database: Any, names: Any, hidden: bool) -> None:
    for name in names:
        database.command("collMod", "patients", index={"name": name, "hidden": hidden})


def _milliseconds(ask: Callable[[], Any]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def _questions(world: World, patients: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """As it lists, sorts and searches: page and count in one pass over whole records, and the total beside them."""
    clinic = {"clinicId": ObjectId(world.clinic_id)}
    in_range = "summary.cgmStats.periods.14d"
    sort = {f"{in_range}.hasTimeInTargetPercent": -1, f"{in_range}.timeInTargetPercent": 1}
    tag, site = ObjectId(world.tag_ids[0]), ObjectId(world.site_ids[0])
    text = {"$regex": world.search_text, "$options": "i"}
    found = {"$or": [{name: text} for name in ("fullName", "email", "mrn", "birthDate")]}
    page = partial(_page, patients)
    yield "by name", partial(page, clinic)
    yield "by time in range", partial(page, clinic, sort)
    yield "search", partial(page, {"$and": [clinic, found]})
    yield "one tag", partial(page, {**clinic, "tags": {"$all": [tag]}})
    yield "one site", partial(page, {**clinic, "sites.id": {"$in": [site]}})
    yield "an MRN", partial(page, {**clinic, "mrn": world.one_text})
    very_low = {f"{in_range}.timeInVeryLowPercent": {"$gt": 0.01}}
    recent = {"summary.cgmStats.dates.lastData": {"$gte": datetime(2020, 1, 1, tzinfo=UTC)}}
    category = {**clinic, "tags": {"$all": [tag]}, **recent, **very_low}
    urgent = {f"{in_range}.timeInVeryLowPercent": -1}
    yield "TIDE, a category", partial(page, category, urgent)
    yield "total", partial(patients.count_documents, clinic)


def _page(patients: Any, query: Any, sort: dict[str, int] | None = None) -> None:
    facet = {"data": [{"$skip": 0}, {"$limit": 50}], "meta": [{"$count": "count"}]}
    order = sort or {"fullName": 1}
    stages = [{"$match": query}, {"$sort": {**order, "_id": 1}}, {"$facet": facet}]
    collation = {} if sort else {"collation": _COLLATION}
    list(patients.aggregate(stages, allowDiskUse=True, **collation))
