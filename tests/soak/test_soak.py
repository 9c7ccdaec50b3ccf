"""Mixed load for an hour: memory, open files, threads, connections and queues stay as they were, and what grows is only
what a collection is there to keep.

SOAK_MINUTES sets how long. The table at the end shows what was read after a tenth of the time, in the middle and at
the end.
"""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import mean

import pytest
from django.conf import settings
from redis import Redis

from kernel import clock, db, heartbeats
from kernel.stored_models import described_models
from scripts.service import COMMANDS
from tests import lengths
from tests.other_service.documents import Inventor
from tests.other_service.existing import fill_clinic
from tests.own_load import OwnLoad, callers_over_http, unexpected_in_the_long_run
from tests.soak import readings
from tests.two_writers import work

SECONDS = 60 * lengths.of("SOAK_MINUTES")
SAMPLES = 60
CLINICS, PATIENTS, LOADS = 2, 300, 2  # loads of each clinic
# How much more at the end is no leak: caches fill slowly.
MOST_GROWTH = 1.1
SMALL = {"MB": 8, "open files": 10, "threads": 5, "connections": 10, "lasting keys": 10}
pytestmark = [
    *(pytest.mark.processes, pytest.mark.foreign_documents, pytest.mark.foreign_writes),
    *(pytest.mark.soak, pytest.mark.timeout(SECONDS + 300)),
]


@pytest.fixture
def loads(service):
    clinics = [
        fill_clinic(db.database(), Inventor(f"soak {n}", clock.now()), PATIENTS, country="US")
        for n in range(CLINICS)
    ]
    service.start()
    callers = callers_over_http(service, clinics)
    return [
        OwnLoad(callers, clinic, seed=f"{number}", now=clock.now())
        for clinic in clinics
        for number in range(LOADS)
    ]


def read(service):
    pids = {name: service.pid(name) for name in COMMANDS}
    found = readings.of_processes(pids) | readings.of_mongodb()
    with Redis.from_url(settings.REDIS_URL) as client:
        return found | readings.of_redis(client)


def sampled(service, loads):
    """Readings of the whole time, while the loads run."""
    end, samples = threading.Event(), []
    with ThreadPoolExecutor(len(loads)) as pool:
        workers = [pool.submit(work, load, end) for load in loads]
        for _ in range(SAMPLES):
            time.sleep(SECONDS / SAMPLES)
            samples.append(read(service))
        end.set()
        for worker in workers:
            worker.result()
    return samples


def thirds(samples, name):
    """Means after the first tenth, which warms everything up: at the beginning, in the middle, at the end."""
    warm = [sample[name] for sample in samples[len(samples) // 10 :]]
    third = len(warm) // 3
    return mean(warm[:third]), mean(warm[third:-third]), mean(warm[-third:])


def has_grown(name, begin, end):
    return end > begin * MOST_GROWTH + SMALL[name.partition(": ")[2]]


def told(samples, before, after, requests):
    rows = [(name, *thirds(samples, name)) for name in samples[0]]
    lines = [
        f"\n{'':32}{'begin':>10}{'middle':>10}{'end':>10}",
        *(f"{name:32}" + "".join(f"{value:10.1f}" for value in means) for name, *means in rows),
        f"\nrequests: {requests}; documents before and after:",
        *(f"{name:32}{before.get(name, 0):10}{after[name]:10}" for name in sorted(after)),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return rows


@pytest.mark.length("SOAK_MINUTES")
@pytest.mark.yardstick("V6")
def test_an_hour_of_mixed_load_leaves_memory_and_queues_flat(service, loads):
    before = readings.of_collections()
    samples = sampled(service, loads)
    after = readings.of_collections()
    rows = told(samples, before, after, sum(load.answers.total() for load in loads))

    assert unexpected_in_the_long_run(loads) == {}
    assert heartbeats.late_queues() == {}  # periodic work is not held up by steady load
    assert [row for row in rows if has_grown(row[0], row[1], row[3])] == []
    lives = {model._meta.db_table: model.life for model in described_models()}
    grown = {name for name, count in after.items() if count > before.get(name, 0)}
    assert {name for name in grown if not lives.get(name)} <= {"django_migrations"}
