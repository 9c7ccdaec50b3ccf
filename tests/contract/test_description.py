"""The served description: valid, complete, in step with the routes, and in agreement with the reference contract."""

import os
import re
import subprocess
import sys
from pathlib import Path

import openapi_spec_validator
import pytest
import yaml
from django.urls import Resolver404, get_resolver, resolve
from drf_spectacular.validation import validate_schema

from kernel import policy
from kernel.api import examples, validation
from kernel.api.operations import REGISTRY
from kernel.api.schema import COMPONENTS, is_read_only
from kernel.middleware import TRACE_NAME
from tests.cast import QuickClient, described_operations, description
from tests.policy.callers import IDS, OWN_IDS, STRANGER

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("REFERENCE_CONTRACT", ROOT.parent / "shared" / "contract"))
DEVIATIONS = ROOT / "tests" / "contract" / "deviations.yaml"
OF_THE_CONTRACT = (
    101  # operations that the reference contract describes and this service has to serve
)
TOO_MANY = "?" + "&".join(f"a{n}" for n in range(2000))
METHODS = {"get", "put", "post", "patch", "delete"}


def references(node):
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix("#/components/")
        for value in node.values():
            yield from references(value)


def routed_operations(patterns, prefix=""):
    """(operationId, method, path) of everything that a route leads to."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routed_operations(pattern.url_patterns, path)
            continue
        viewset = getattr(pattern.callback, "cls", None)
        for method, name in getattr(pattern.callback, "actions", {}).items():
            declared = getattr(getattr(viewset, name, None), "operation", None)
            if declared is not None and method in METHODS:
                yield declared.id, method, "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def test_is_valid_openapi_3_1():
    assert description()["openapi"].startswith("3.1")
    validate_schema(description())
    openapi_spec_validator.validate(description())


def test_every_enumeration_is_short_and_its_values_make_different_names_in_code():
    enumerations = list(enumerations_in(description()))
    assert len(enumerations) > 10
    for values in enumerations:
        assert len(values) <= 50, values
    for names in map(names_in_code, enumerations_in(description(), of="schema")):
        assert len({re.sub(r"\W+", "", name).upper() for name in names}) == len(names), names


def names_in_code(schema):
    """Generators that read no `x-enum-varnames` make texts of the values, or numbers."""
    names = schema.get("x-enum-varnames", schema["enum"])
    assert len(names) == len(schema["enum"])
    return [str(name) for name in names]


def enumerations_in(node, of="values"):
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list):
            yield node["enum"] if of == "values" else node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from enumerations_in(inner, of)


def test_every_enumeration_is_a_component_so_that_generators_name_it():
    described = description()
    schemas = described["components"]["schemas"]
    named = [schema["enum"] for schema in schemas.values() if "enum" in schema]
    assert ["cgm", "bgm"] in named
    inline = [values for values in enumerations_in(described) if len(values) > 1]
    assert sorted(inline) == sorted(values for values in named if len(values) > 1)


def test_each_operation_has_one_tag_and_names_the_others_beside_it():
    _, _, sync = described_operations()["SyncEHRData"]
    assert (sync["tags"], sync["x-otherTags"]) == (["Internal"], ["Clinics"])
    for name, (_, _, operation) in described_operations().items():
        assert len(operation["tags"]) == 1, name
        assert sorted({*operation["tags"], *operation.get("x-otherTags", [])}) == sorted(
            REGISTRY[name].tags
        )


def test_no_body_of_a_request_describes_what_only_answers_have():
    """A generated client would ask for it, or leave out what has to be sent."""
    for name, (_, _, operation) in described_operations().items():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert list(read_only_in(content["schema"], name)) == []


def read_only_in(schema, place):
    """The place of each read-only property, however deep."""
    schema = {**COMPONENTS.get(schema.get("$ref", "").rpartition("/")[2], {}), **schema}
    for name, part in schema.get("properties", {}).items():
        if is_read_only(part):
            yield f"{place}.{name}"
        yield from read_only_in(part, f"{place}.{name}")
    inner = [schema.get("items"), schema.get("additionalProperties")]
    for part in (*inner, *(p for key in ("anyOf", "oneOf", "allOf") for p in schema.get(key, []))):
        if isinstance(part, dict):
            yield from read_only_in(part, f"{place}[]")


def test_what_is_read_only_deep_in_a_body_is_found():
    site = {"properties": {"sites": {"items": {"$ref": "#/components/schemas/site.v1"}}}}
    assert set(read_only_in(site, "Body")) == {"Body.sites[].id", "Body.sites[].numPatients"}


@pytest.mark.parametrize(
    ("name", "required"),
    [
        ("CreatePatientAccount", ["fullName", "birthDate"]),
        ("UpdatePatient", ["fullName", "birthDate"]),
        ("CreateClinic", ["name", "preferredBgUnits"]),
        ("CreateClinician", ["email", "roles"]),
        ("MergeClinic", ["sourceId"]),
    ],
)
def test_a_body_requires_what_a_caller_knows(name, required):
    body = described_operations()[name][2]["requestBody"]["content"]["application/json"]["schema"]
    assert COMPONENTS[body["$ref"].rpartition("/")[2]]["required"] == required


def test_says_which_bodies_may_be_left_out(world):
    """A generated function would let a caller forget one that is required."""
    bodies = {
        name: operation["requestBody"].get("required", False)
        for name, (_, _, operation) in described_operations().items()
        if "requestBody" in operation
    }
    assert bodies == {name: REGISTRY[name].body_required for name in bodies}
    assert set(bodies.values()) == {True, False}
    answer = world.send("CreatePatientTag", raw=b"")
    assert (answer.status_code, bodies["CreatePatientTag"]) == (400, True)


@pytest.mark.parametrize("name", ["patientTag.v1", "siteName.v1"])
def test_a_pattern_that_few_tools_can_read_is_served_beside_a_wider_one(name):
    component = description()["components"]["schemas"][name]
    schema = component.get("properties", {}).get("name", component)
    wide = {key: value for key, value in schema.items() if key != "x-pattern"}
    for text in ("North", "Été 2", "北 <1", "_+><-", "a b", "٣"):
        assert validation.is_valid(schema, text), text
        assert re.search(schema["pattern"], text), text
        assert validation.is_valid(wide, text), text
    assert not re.search(schema["pattern"], " North")


def test_says_where_the_service_is_and_under_which_licence():
    assert description()["servers"][0]["url"] == "/"
    assert description()["info"]["license"]["identifier"] == "BSD-2-Clause"


def test_what_is_sent_has_the_types_without_which_a_generated_client_does_not_compile():
    """openapi-generator writes `webhook_id: ,` where they are missing (webhooks/api/description.py)."""
    for kind, item in description()["webhooks"].items():
        body = item["post"]["requestBody"]
        component = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        first, version = component.split(".")
        assert body["x-py-typing"] == first[0].upper() + first[1:] + version.upper(), kind
        for parameter in item["post"]["parameters"]:
            assert parameter["schema"] == {"type": "string"}, kind
            assert parameter["x-py-typing"] == "StrictStr", kind


def test_every_tag_is_described_in_the_order_of_the_contract():
    tags = description()["tags"]
    used = {tag for _, _, operation in described_operations().values() for tag in operation["tags"]}

    names = [tag["name"] for tag in tags]
    assert names == ["Clinics", "Confirmations", "Internal", "Redox", "Webhooks"]
    sent = {tag for item in description()["webhooks"].values() for tag in item["post"]["tags"]}
    assert (sent, set(names)) == ({"Webhooks"}, used | sent)
    assert (
        not sent & used
    )  # a generator that writes a file for each tag would replace one by the other
    assert all(tag["description"] for tag in tags)


def test_is_what_is_served():
    served = yaml.safe_load(QuickClient().get("/schema").content)
    assert served["paths"].keys() == description()["paths"].keys()


def test_every_component_that_is_used_is_defined_and_every_defined_one_used():
    used = set(references(description()))
    components = description()["components"]
    defined = {
        f"{kind}/{name}"
        for kind in ("schemas", "responses", "examples", "headers")
        for name in components[kind]
    }

    assert used == defined


def test_every_operation_is_described_and_every_described_one_registered():
    assert set(described_operations()) == set(REGISTRY)


@pytest.mark.yardstick("W4")
def test_routes_and_description_agree_both_ways():
    routed = set(routed_operations(get_resolver().url_patterns))
    described = {(name, method, path) for name, (method, path, _) in described_operations().items()}

    assert routed == described


def test_no_two_routes_serve_one_operation():
    names = [name for name, _, _ in routed_operations(get_resolver().url_patterns)]
    assert sorted(names) == sorted(set(names))


def test_every_described_path_resolves_to_its_own_operation():
    values = {**IDS, **dict.fromkeys(OWN_IDS, STRANGER)}
    for name, (method, path, _) in described_operations().items():
        concrete = re.sub(r"{(\w+)}", lambda found: values[found[1]], path)
        try:
            callback = resolve(concrete).func
        except Resolver404:
            pytest.fail(f"{name} at {path} does not resolve")
        action = getattr(callback.cls, callback.actions[method])
        assert action.operation.id == name


@pytest.mark.yardstick("Z1")
def test_every_operation_has_a_policy_row_and_every_row_an_operation_or_a_plan():
    from tests.policy.test_matrix import NOT_YET_SERVED

    assert set(REGISTRY) <= set(policy.table())
    assert set(policy.table()) - set(REGISTRY) <= NOT_YET_SERVED


def test_each_operation_says_what_it_does_and_answers():
    for name, (_, path, operation) in described_operations().items():
        assert operation["summary"], name
        assert operation["tags"], name
        assert any(status.startswith("2") for status in operation["responses"]), name
        in_path = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), name


def test_each_operation_lists_the_failures_that_any_request_may_have():
    for name, (_, _, operation) in described_operations().items():
        assert {"400", "413", "429", "500", "503"} <= operation["responses"].keys(), name


def test_failures_have_the_schema_of_their_family_and_say_when_to_try_again():
    components = description()["components"]
    for name, response in components["responses"].items():
        schema = response["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        family = "confirmationFailure.v1" if name.startswith("Confirmation") else "error.v1"
        assert schema == family, name
        is_passing = name.endswith(("TooManyRequests", "ServiceUnavailable"))
        assert is_passing == ("Retry-After" in response.get("headers", {})), name


def test_every_answer_has_the_id_of_the_request_as_described(world):
    components = description()["components"]
    for name, (_, _, operation) in described_operations().items():
        for status, response in operation["responses"].items():
            shared = components["responses"].get(response.get("$ref", "").rpartition("/")[2], {})
            assert TRACE_NAME in {**response, **shared}["headers"], (name, status)
    answers = [
        world.send("GetClinic", headers={TRACE_NAME: "maria42"}, query=q) for q in ("", TOO_MANY)
    ]
    assert [(a.status_code, a.headers[TRACE_NAME]) for a in answers] == [
        (200, "maria42"),
        (400, "maria42"),
    ]


def test_every_path_parameter_and_the_usual_filters_have_an_example_that_is_accepted():
    shown = set()
    for name, (_, _, operation) in described_operations().items():
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "query" or "example" in parameter, (name, parameter["name"])
            if "example" in parameter:
                shown.add(parameter["name"])
                failure = validation.first_failure(parameter["schema"], parameter["example"])
                assert failure is None, (name, parameter["name"])
    assert shown == {*examples.PARAMETERS, "email"}


def test_the_example_of_a_comparison_fits_the_unit():
    parameters = described_operations()["ListPatients"][2]["parameters"]
    examples_of = {}
    for parameter in parameters:
        found = re.match(
            r"Only patients for whom this holds, such as `(.+?)`", parameter["description"]
        )
        if found:
            examples_of[parameter["name"]] = found[1]
            assert validation.is_valid(parameter["schema"], found[1]), parameter["name"]
    assert len(examples_of) > 100
    assert {examples_of[f"cgm.{name}"] for name in ("max", "averageGlucoseMmol")} == {">10.0"}
    assert examples_of["cgm.timeInTargetPercent"] == "<0.7"
    assert examples_of["cgm.timeInTargetPercentDelta"] == "<-0.05"
    assert examples_of["cgm.glucoseManagementIndicator"] == ">=7.5"
    assert examples_of["bgm.totalRecords"] == ">=3"


def test_operations_without_a_token_say_so_and_list_no_refusal_of_one():
    for name, (_, _, operation) in described_operations().items():
        is_open = operation["security"] == []
        assert is_open == policy.is_external(name), name
        refusals = {"401"} if policy.denies_no_one(name) else {"401", "403"}
        assert is_open or refusals <= operation["responses"].keys(), name


def test_a_wrong_address_in_a_path_is_a_bad_request_and_described_as_nothing_else(world):
    for name in ("ResendAccountSignup", "SendPasswordReset", "SendPasswordResetMail"):
        _, _, operation = described_operations()[name]
        assert "404" not in operation["responses"], name
        assert world.send(name, email="no-address").status_code == 400, name


def test_no_path_ends_in_a_slash():
    assert not [path for path in description()["paths"] if path.endswith("/")]


@pytest.mark.yardstick("W4")
@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference contract is not at hand")
def test_agrees_with_the_reference_contract(tmp_path):
    candidate = tmp_path / "schema.yaml"
    candidate.write_bytes(QuickClient().get("/schema").content)
    extra = ["--served", "--deviations", str(DEVIATIONS)]
    command = [sys.executable, str(REFERENCE / "compare.py"), str(candidate), *extra]

    compared = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    *problems, verdict = compared.stdout.strip().splitlines()

    assert [line for line in problems if not is_of_an_operation_to_come(line)] == []
    assert "operations agree with the contract" in verdict, compared.stderr
    assert verdict.split()[0] == verdict.split()[2]


def test_what_the_reference_contract_does_not_have_is_listed_as_an_addition():
    additions = {
        name for name, lines in yaml.safe_load(DEVIATIONS.read_text()).items() if not lines
    }
    served = described_operations()
    assert additions <= served.keys()
    assert len(served) - len(additions) == OF_THE_CONTRACT

    of_contract = {place for path in REFERENCE.glob("*.v1.yaml") for place in places(path)}
    if of_contract:
        added = {
            n for n, (method, path, _) in served.items() if bare(method, path) not in of_contract
        }
        assert added == additions


def places(path):
    """Methods and paths of the operations that the contract describes."""
    described = yaml.safe_load(path.read_text())["paths"]
    return {bare(method, path) for path, item in described.items() for method in item}


def bare(method, path):
    return method, re.sub(r"\{\w+\}", "{}", path)


def is_of_an_operation_to_come(line):
    from tests.policy.test_matrix import NOT_YET_SERVED

    return any(f" {name}: " in line for name in NOT_YET_SERVED)


def test_every_operation_parameter_and_property_is_described():
    assert sorted(set(undescribed())) == []


def undescribed():
    for name, schema in description()["components"]["schemas"].items():
        yield from () if is_described(schema) else (name,)
        yield from undescribed_parts(schema, name)
    for name, (_, _, operation) in described_operations().items():
        if operation["description"].rstrip(".") == operation["summary"]:
            yield f"{name}: more than its summary"
        yield from (f"{name} {place}" for place in undescribed_in(operation))
        for schema in schemas_of(operation):
            yield from undescribed_parts(schema, name)


def undescribed_in(operation):
    parameters = operation.get("parameters", [])
    yield from (p["name"] for p in parameters if not p.get("description"))
    for status, response in operation["responses"].items():
        if not ("$ref" in response or response["description"].endswith(".")):
            yield status


def schemas_of(operation):
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        for content in part.get("content", {}).values():
            yield content.get("schema", {})


def undescribed_parts(schema, place):
    """The place of each property without a description, its own or that of its component."""
    for name, part in schema.get("properties", {}).items():
        if not is_described(part):
            yield f"{place}.{name}"
        yield from undescribed_parts(part, f"{place}.{name}")
    inner = [schema.get("items"), schema.get("additionalProperties")]
    for part in (*inner, *(schema.get("anyOf", [])), *(schema.get("oneOf", []))):
        if isinstance(part, dict):
            yield from undescribed_parts(part, f"{place}[]")


def is_described(schema):
    component = schema.get("$ref", "").rpartition("/")[2]
    return bool(schema.get("description")) or (
        component != "" and is_described(description()["components"]["schemas"][component])
    )


def test_every_body_has_an_example_that_its_schema_accepts():
    for name, (_, _, operation) in described_operations().items():
        for is_request, content in bodies_of(operation):
            examples = content["examples"].values()
            assert examples, name
            for example in examples:
                value = description()["components"]["examples"][last_part(example)]["value"]
                failure = validation.first_failure(content["schema"], value, of_request=is_request)
                assert failure is None, f"{name}: {failure}"


def bodies_of(operation):
    """Without files of which no text is an example."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if kind in SHOWN:
            yield True, content
    for status, response in operation["responses"].items():
        for kind, content in response.get("content", {}).items():
            if status.startswith("2") and kind in SHOWN:
                yield False, content


SHOWN = ("application/json", "text/csv")


def last_part(reference):
    return reference["$ref"].rpartition("/")[2]


INVENTED = {"Maria Olsen", "Ben Member", examples.CLINIC_NAME, ""}


def test_examples_name_no_one_but_invented_people():
    for key, text in texts_in(description()["components"]["examples"], ""):
        if key in {"fullName", "clinicName"}:
            assert text in INVENTED, text
        if key == "number":
            assert "555-01" in text, text
        for domain in re.findall(r"@([\w.-]+)|https?://([\w.-]+)", text):
            assert "".join(domain).endswith("example.org"), text


def texts_in(node, key):
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from texts_in(inner, name)
    elif isinstance(node, list):
        for inner in node:
            yield from texts_in(inner, key)
    elif isinstance(node, str):
        yield key, node
