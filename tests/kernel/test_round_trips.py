"""How many round trips a hot request makes to MongoDB and Redis."""

from contextlib import contextmanager

import pytest
import redis

from kernel import authn, db
from tests.factories import make_clinic, make_clinician, make_patient


@contextmanager
def counted(monkeypatch):
    """Commands that reach MongoDB (by its own profiler) and Redis while the block runs."""
    commands = {"mongodb": [], "redis": []}
    execute = redis.Redis.execute_command

    def counting(self, *arguments, **options):
        commands["redis"].append(arguments[0])
        return execute(self, *arguments, **options)

    monkeypatch.setattr(redis.Redis, "execute_command", counting)
    database = db.database()
    database.command("profile", 2)
    try:
        yield commands
    finally:
        database.command("profile", 0)
        profile = list(
            database["system.profile"].find({"ns": {"$not": {"$regex": "system.profile"}}})
        )
        commands["mongodb"] = [
            row["ns"].partition(".")[2]
            for row in profile
            if row["op"] != "command" or "aggregate" in row["command"]
        ]
        database["system.profile"].drop()


# What the operation reads is joined to the caller's record in the clinic.
TOKEN_AND_ROLES = ["accountTokens", "clinicians"]


@pytest.mark.yardstick("W5")
@pytest.mark.parametrize(
    ("caller", "path", "collections"),
    [
        ("backend", "", ["clinics"]),
        ("ada", "", ["accountTokens", "clinics"]),
        ("backend", "/settings/mrn", ["clinics"]),
        ("ada", "/settings/mrn", TOKEN_AND_ROLES),
        ("backend", "/patients/{patient}", ["patients"]),
        ("ada", "/patients/{patient}", TOKEN_AND_ROLES),
    ],
)
def test_a_hot_read_queries_each_collection_once(
    caller, path, collections, backend, ada, monkeypatch
):
    clinic = make_clinic(mrnSettings={"required": False, "unique": False})
    make_clinician(clinic, ada, "CLINIC_ADMIN")
    patient = make_patient(clinic)
    api = {"backend": backend, "ada": ada.api}[caller]
    address = f"/v1/clinics/{clinic['_id']}" + path.format(patient=patient["userId"])
    assert api.get(address).status_code == 200  # from now on the backend token is cached
    with counted(monkeypatch) as commands:
        assert api.get(address).status_code == 200
    assert sorted(commands["mongodb"]) == collections
    # A user's token is checked each time and never looked up in the cache; a backend token is looked up
    # every few seconds.
    assert commands["redis"] == []


def test_a_backend_token_that_the_process_does_not_know_costs_one_look_and_none_in_redis(
    backend, monkeypatch
):
    address = f"/v1/clinics/{make_clinic()['_id']}"
    assert backend.get(address).status_code == 200
    authn.forget()
    with counted(monkeypatch) as commands:
        assert backend.get(address).status_code == 200
    assert commands == {"mongodb": ["accountTokens", "clinics"], "redis": []}
