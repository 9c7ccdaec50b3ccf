"""The floor: the same documents fetched by id with PyMongo and encoded by orjson in a bare loop."""

import time
from typing import Any

import orjson
from bson import ObjectId

from tests.bench.scenarios import World

ROUNDS = 60
BY_NAME = [("fullName", 1), ("_id", 1)]
COLLATION = {"locale": "en", "strength": 1}  # of lists by name


def measure(world: World, page: int, database: Any) -> dict[str, Any]:
    """CPU milliseconds of this process per page of `page` whole patients."""
    patients = database["patients"]
    ids = [
        p["_id"]
        for p in patients.find(
            {"clinicId": ObjectId(world.clinic_id)}, {"_id": 1}, sort=BY_NAME, limit=page * 20
        ).collation(COLLATION)
    ]
    pages = [ids[start : start + page] for start in range(0, max(1, len(ids) - page + 1), page)]
    for chosen in pages[:2]:
        _page(patients, chosen)
    size = _page(patients, pages[0])
    return {
        "patients": world.size,
        "page": page,
        "cpu_ms": min(_round(patients, pages) for _ in range(3)),
        "bytes": size,
    }


def _round(patients: Any, pages: list[list[ObjectId]]) -> float:
    started = time.process_time()
    for number in range(ROUNDS):
        _page(patients, pages[number % len(pages)])
    return (time.process_time() - started) / ROUNDS * 1000


def _page(patients: Any, ids: list[ObjectId]) -> int:
    documents = list(patients.find({"_id": {"$in": ids}}))
    return len(orjson.dumps({"data": documents}, default=str))


def show(floors: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Each page's web CPU as a multiple of its floor."""
    for floor in floors:
        print(
            f"floor: {floor['page']} patients of {floor['patients']}: {floor['cpu_ms']:.2f} ms CPU, {floor['bytes']} bytes"
        )
        for row in rows:
            if row["page"] == floor["page"] and row["patients"] == floor["patients"]:
                ratio = row["web_ms"] / floor["cpu_ms"]
                print(
                    f"  {row['scenario']:<34}{row['connections']:>3} connections: {ratio:.2f} x floor"
                )
