"""Lists and lookups of clinics and clinicians use indexes (rule CLINIC-128; from MongoDB's explained plans)."""

import pytest
from bson import ObjectId

from clinics.store import clinic_settings, clinicians
from kernel import clock, db
from patients.store import patients
from tests.admin.grown_data import costs
from tests.factories import make_clinic, make_patient

EXPLAINED = ("clinics", "clinicians", "patients")
CLINIC = ObjectId()


def explained(collection, query, **options):
    plan = db.collection(collection).explain(query, **options)
    return plan["queryPlanner"]["winningPlan"], plan["executionStats"]


def stages(plan):
    names = [plan["stage"]]
    for part in [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", []):
        names += stages(part)
    return names


@pytest.fixture(autouse=True)
def some_data():
    moment = clock.now()
    times = {"createdTime": moment, "updatedTime": moment}
    db.collection("clinicians").insert_many(
        [
            {
                "clinicId": CLINIC if n < 20 else ObjectId(),
                "userId": f"{n:010x}",
                "email": f"p{n}@example.org",
                **times,
            }
            for n in range(200)
        ]
    )
    db.collection("patients").insert_many(
        [{"clinicId": CLINIC, "userId": f"{n:010x}", "mrn": f"M{n}", **times} for n in range(50)]
    )


@pytest.mark.parametrize(
    ("collection", "query", "options", "most"),
    [
        ("clinicians", {"clinicId": CLINIC, "userId": f"{3:010x}"}, {}, 1),
        ("clinicians", {"clinicId": CLINIC}, {"sort": clinicians.NEWEST_FIRST, "limit": 5}, 5),
        ("clinicians", {"userId": f"{3:010x}"}, {"sort": clinicians.NEWEST_FIRST}, 1),
        ("clinicians", {}, {"sort": clinicians.NEWEST_FIRST, "limit": 5}, 5),
        ("clinicians", {"clinicId": CLINIC, "email": {"$regex": "p1", "$options": "i"}}, {}, 20),
        ("clinicians", {"email": "p3@example.org"}, {}, 1),
        ("clinics", {"shareCodes": "X"}, {}, 0),
        (
            "clinics",
            {
                "ehrSettings.enabled": True,
                "ehrSettings.provider": "redox",
                "ehrSettings.sourceId": "s",
            },
            {},
            0,
        ),
        ("migrations", {"userId": "u", "clinicId": CLINIC}, {}, 0),
        ("migrations", {"clinicId": CLINIC}, {"sort": [("_id", 1)]}, 0),
    ],
)
def test_a_query_examines_no_more_documents_than_it_returns(collection, query, options, most):
    plan, stats = explained(collection, query, **options)
    assert "COLLSCAN" not in stages(plan)
    assert "SORT" not in stages(plan)
    assert stats["totalDocsExamined"] <= most


def test_equal_mrns_are_found_from_index_keys():
    """As the service asks for them: a condition more had MongoDB fetch each record, which no copy of the query said."""
    clinic = make_clinic()
    for mrn in ("A-1", "a-1", "B-2", ""):
        make_patient(clinic, mrn=mrn)
    with costs() as cost:
        groups = patients.list_equal_mrns(clinic["_id"], limit=5)
    assert [sorted(spellings) for spellings in groups] == [["A-1", "a-1"]]
    assert cost["keys"] >= 4
    assert cost["documents"] == 0


def test_a_clinic_is_found_by_its_source_from_index_keys(monkeypatch):
    """Also where it is spelt in another case: no other clinic of the provider is read."""
    for number in range(20):
        settings = {"enabled": True, "provider": "xealth", "sourceId": f"Source {number}"}
        make_clinic(ehrSettings=settings)
    queries = []
    monkeypatch.setattr(clinic_settings, "list_enabled", lambda query: queries.append(query) or [])
    clinic_settings.list_by_source("xealth", "source 7")

    plan, stats = explained("clinics", {"ehrSettings.enabled": True, **queries[0]})

    assert "COLLSCAN" not in stages(plan)
    assert (stats["nReturned"], stats["totalDocsExamined"]) == (1, 1)
