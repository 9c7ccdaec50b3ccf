"""What clients may write into paths and queries: every parameter of every operation, made from its description."""

from urllib.parse import quote, urlencode

import pytest
from bson import ObjectId

from kernel import page_limits
from kernel.api.schema import kinds_of
from tests import bodies
from tests.bodies import resolved
from tests.cast import described_operations
from tests.factories import make_patients
from tests.policy.callers import IDS

LONG = "x" * 5000
NUMBERS = ("9" * 19, "9" * 30, "1e400", "\N{ARABIC-INDIC DIGIT THREE}", "2147483648")
TEXTS = (LONG, "a\0b", b"\xed\xa0\x80\xff", "a\nb", "%00", "$where")


@pytest.fixture(autouse=True)
def _bulk_creation(settings):
    """Otherwise its operations are 404 before anything else."""
    settings.BULK_CREATION = True


def parameters(place):
    for name, (_, _, operation) in described_operations().items():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == place:
                yield name, parameter


def right_query(name):
    """What the operation needs, so that the parameter in question is looked at."""
    needed = {
        "period": "14d",
        "tags": IDS["patientTagId"],
        "lastDataCutoff": "2024-01-02T03:04:05Z",
    }
    report = {"clinicId": IDS["clinicId"], "patientId": "x", "restricted_token": "x"}
    queries = {
        "TideReport": needed,
        "ViewPDFReport": report,
        "ExportPatientList": {"period": "14d"},
        "StartPatientListExport": {"period": "14d"},
    }
    return queries.get(name, {})


@pytest.mark.yardstick("L4")
@pytest.mark.parametrize("value", [*TEXTS, *NUMBERS, ",".join(["x"] * 1001)])
def test_any_query_value_never_fails_with_500(world, value):
    for name, parameter in parameters("query"):
        query = {**right_query(name), parameter["name"]: value}
        answer = world.send(name, query="?" + urlencode(query))
        assert answer.status_code < 500, (name, parameter["name"], answer.content)


def test_query_values_too_long_or_with_zero_characters_are_refused(world):
    for name, parameter in parameters("query"):
        schema = resolved(parameter["schema"])
        longest = [",".join(["5f85fbe6686e6bb9170ab5d1"] * 1001), "a\0b"]
        values = longest if kinds_of(schema) == ["array"] else [LONG, "a\0b"]
        for value in values:
            query = {**right_query(name), parameter["name"]: value}
            answer = world.send(name, query="?" + urlencode(query))
            assert answer.status_code == 400, (name, parameter["name"], answer.content)


@pytest.mark.parametrize("value", [*TEXTS, *NUMBERS])
def test_any_path_value_never_fails_with_500(world, value):
    for name, parameter in parameters("path"):
        answer = world.send(name, **{parameter["name"]: quote(value, safe="")})
        assert answer.status_code < 500, (name, parameter["name"], answer.content)


@pytest.mark.parametrize("value", [LONG, "a\0b"])
def test_path_values_too_long_or_with_zero_characters_are_refused(world, value):
    for name, parameter in parameters("path"):
        answer = world.send(name, **{parameter["name"]: quote(value, safe="")})
        assert 400 <= answer.status_code < 500, (name, parameter["name"], answer.content)


def test_a_query_of_two_thousand_names_is_refused(world):
    for name, _ in parameters("query"):
        answer = world.send(name, query="?" + "&".join(f"a{n}" for n in range(2000)))
        assert answer.status_code == 400, (name, answer.content)


def test_repeated_parameter_is_refused(world):
    """Lists neither: their items are joined by commas."""
    for name, parameter in parameters("query"):
        schema = resolved(parameter["schema"])
        value = right_query(name).get(parameter["name"]) or sample_text(schema)
        others = {n: v for n, v in right_query(name).items() if n != parameter["name"]}
        for second in (value, "x"):
            twice = [*others.items(), (parameter["name"], value), (parameter["name"], second)]
            answer = world.send(name, query="?" + urlencode(twice))
            words = f'parameter "{parameter["name"]}" in query has an error: value is given more than once'
            assert (answer.status_code, answer.json()) == (400, {"message": words}), name


def sample_text(schema):
    value = bodies.sample(schema)
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


# --- pages ------------------------------------------------------------------------------------------------------------
LISTS = sorted({name for name, parameter in parameters("query") if parameter["name"] == "limit"})


@pytest.mark.parametrize("limit", [2001, 1_000_000, 3_000_000_000, 2**53 - 1])
def test_limit_of_any_size_is_accepted(world, limit):
    for name in LISTS:
        for more in ("", "&offset=2147483647", "&search=iris", "&tags=5f85fbe6686e6bb9170ab5d1"):
            answer = world.send(name, query=f"?limit={limit}{more}")
            assert answer.status_code == 200, (name, more, answer.content)


@pytest.mark.yardstick("L3")
def test_page_too_large_to_answer_is_refused_and_smaller_pages_are_not(world, monkeypatch, clinic):
    monkeypatch.setattr(page_limits, "MOST", 1)
    stored = {"_id": ObjectId(clinic["id"])}
    make_patients(stored, [{"mrn": "7"}])
    for name in LISTS:
        whole = world.send(name, query="?limit=1000")
        parts = [world.send(name, query=f"?limit=1&offset={n}") for n in range(2)]
        assert [part.status_code for part in parts] == [200, 200], name
        assert whole.status_code == (400 if counted(parts) > 1 else 200), (name, whole.content)


def counted(parts):
    bodies = [part.json() for part in parts]
    return sum(len(body["data"] if isinstance(body, dict) else body) for body in bodies)


@pytest.mark.parametrize("number", [2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30, 10**400])
def test_a_filter_compares_with_a_number_of_any_size(clinic, ada, number):
    """Every tenth filter of the patient list."""
    _, _, operation = described_operations()["ListPatients"]
    filters = [
        parameter["name"]
        for parameter in operation["parameters"]
        if str(parameter["schema"].get("$ref", "")).endswith(("IntFilter", "FloatFilter"))
    ]
    assert len(filters) > 50
    for name in filters[::10]:
        path = f"/v1/clinics/{clinic['id']}/patients?period=14d&{name}=<{number}"
        assert ada.api.get(path).status_code == 200, name
