"""How the plan of a merge reads ten thousand patients: from an index in its order, and MRNs from keys alone."""

from kernel import db
from patients.store import identities
from tests.factories import make_clinic, make_patients

EXPLAINED = ("patients",)


def stages(plan):
    """The stages of a query plan, from the result down to the index."""
    while plan is not None:
        yield plan["stage"], plan.get("indexName")
        plan = plan.get("inputStage")


def test_identities_are_read_in_the_order_of_an_index():
    clinic = make_clinic()
    make_patients(clinic, [{}] * 5)

    found = identities.find_identities(clinic["_id"]).explain()

    assert list(stages(found["queryPlanner"]["winningPlan"])) == [
        ("PROJECTION_DEFAULT", None),
        ("FETCH", None),
        ("IXSCAN", "UniquePatient"),
    ]


def test_equal_mrns_are_found_from_index_keys_alone(monkeypatch):
    pair = [make_clinic()["_id"], make_clinic()["_id"]]
    asked = {}

    def aggregate(collection, pipeline, *, maxTimeMS, **options):
        asked.update(aggregate=collection.name, pipeline=pipeline, **options)
        return []

    monkeypatch.setattr(db.SessionCollection, "aggregate", aggregate)
    identities.list_equal_mrns(pair)
    found = db.database().command(asked, explain=True)

    planner = found["stages"][0]["$cursor"] if "stages" in found else found
    winner = planner["queryPlanner"]["winningPlan"]
    used = dict(stages(winner))
    assert used["IXSCAN"] == "PatientMRN"
    assert "FETCH" not in used
