"""The generated clients in `clients/` were made from the description of today, and `make clients` counts honestly.
That the generated files are what the tools make of it is tried by `make clients`, which CI runs for all that is
checked in, and with the tools that only read the description."""

import json
import subprocess

import pytest

from scripts import local
from scripts.api_clients import description as served
from scripts.api_clients import generated, tools
from scripts.api_clients.__main__ import table
from scripts.local import Problem
from tests.cast import described_operations, description

CALLS = "".join(f"call Operation{number}\n" for number in range(10))


@pytest.mark.parametrize("path", generated.DIGESTS, ids=lambda path: path.parent.name)
def test_clients_were_generated_from_the_description_of_today(path):
    assert path.read_text().strip() == served.digest(description()), (
        "run `make clients ARGS=--write`"
    )


def test_another_description_has_another_digest_and_another_order_has_not():
    ordered = description()
    shuffled = {name: ordered[name] for name in reversed(ordered)}
    changed = {**ordered, "info": {**ordered["info"], "title": "Another"}}
    assert served.digest(json.loads(json.dumps(shuffled))) == served.digest(ordered)
    assert served.digest(changed) != served.digest(ordered)


def test_the_python_client_has_a_module_for_each_operation():
    modules = {path.stem for path in (generated.PYTHON / "api").glob("*/*.py")} - {"__init__"}
    assert {name.replace("_", "") for name in modules} == {
        n.lower() for n in described_operations()
    }


def test_no_two_schemas_get_one_name():
    names = generated._python_config(description())["class_overrides"].values()
    modules = [name["module_name"] for name in names]
    assert len(modules) == len(set(modules)) > 100


def test_what_is_generated_and_edited_by_hand_is_noticed(tmp_path, monkeypatch):
    made, kept = tmp_path / "made", tmp_path / "kept"
    for folder in (made, kept):
        (folder / "api").mkdir(parents=True)
        (folder / "api" / "get_clinic.py").write_text("sync = 1\n")
    monkeypatch.setattr(generated, "PYTHON", kept)
    generated.compare_python(made)

    (kept / "api" / "get_clinic.py").write_text("sync = 2\n")
    with pytest.raises(Problem, match=r"get_clinic\.py"):
        generated.compare_python(made)
    (kept / "api" / "get_clinic.py").write_text("sync = 1\n")
    (kept / "by_hand.py").write_text("")
    with pytest.raises(Problem, match=r"by_hand\.py"):
        generated.compare_python(made)


def test_a_check_that_makes_too_few_calls_or_no_failing_one_fails():
    assert tools.calls_in(CALLS + "error 409\nerror 402\n") == "10 operations, errors 402 409"
    for output in (CALLS, "error 409\n", CALLS.replace("Operation9", "Operation8") + "error 409\n"):
        with pytest.raises(Problem):
            tools.calls_in(output)


def test_a_tool_whose_program_is_missing_is_named_and_skipped(monkeypatch):
    monkeypatch.setenv("PATH", "")
    by_name = {tool.name: tool for tool in tools.TOOLS}
    assert by_name["generator-typescript"].missing() == ["java", "node", "npm"]
    assert by_name["python"].missing() == []


def test_the_table_has_a_row_for_each_tool_and_a_column_for_each_step():
    first, last = tools.TOOLS[0], tools.TOOLS[-1]
    rows = table([(first, {"accepts": "no error"}), (last, {"generates": "FAILED"})]).splitlines()
    assert rows[0].split() == ["tool", "accepts", "generates"]
    assert rows[1].split() == [*first.title.split(), "no", "error", "-"]
    assert rows[2].split() == [*last.title.split(), "-", "FAILED"]


@pytest.mark.parametrize(("folder", "count"), [("python", 4), ("typescript", 3)])
def test_each_client_has_its_examples_and_names_them(folder, count):
    found = sorted((local.BASE / "clients" / folder / "examples").iterdir())
    examples = [one for one in found if one.is_file()]
    page = (local.BASE / "clients" / folder / "README.md").read_text()
    assert len(examples) == count
    assert [one.name for one in examples if f"(examples/{one.name})" not in page] == []


def test_nothing_of_the_service_is_imported_by_the_clients():
    grep = ["git", "grep", "-lE", r"^(from|import) (kernel|clinics_site|users|patients|clinics)\b"]
    found = subprocess.run(
        [*grep, "--", "clients"], capture_output=True, text=True, cwd=local.BASE, check=False
    )
    assert found.stdout == ""
