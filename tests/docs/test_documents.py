"""The documents agree with the code: table of variables, links, facts, commands; no path of one machine."""

import re
from collections.abc import Iterator
from importlib import import_module
from io import StringIO

import pytest
from django.core.management import call_command

from kernel.outbox import events, subscriptions
from scripts import data_model, database_role, effects_table, environment_table, local, run

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "clients/**/*.md")
    for path in local.BASE.glob(pattern)
)
SOURCES = (
    "kernel",
    "clinics_site",
    "users",
    "clinic_records",
    "patients",
    "clinics",
    "confirmations",
    "ehr",
    "redox",
    "xealth",
    "merges",
    "notifications",
    "webhooks",
    "scripts",
)


def test_every_environment_variable_is_listed_as_it_is_read():
    assert environment_table.PAGE.read_text() == environment_table.current(), "run `make fmt`"


def test_the_role_of_the_database_user_names_every_collection():
    assert database_role.FILE.read_text() == database_role.current(), "run `make fmt`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_has_a_target(document):
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


FILE = re.compile(r"`([\w./-]+/[\w.-]+\.(?:py|html|md|yaml|toml|js|css|txt))`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_named_file_exists(document):
    """By its path, or by the end of its path."""
    named = set(FILE.findall(document.read_text()))
    folders = (*SOURCES, "tests", "docs", "clients")
    missing = [
        name
        for name in named
        if not (local.BASE / name).exists()
        and not any(next((local.BASE / folder).rglob(name), None) for folder in folders)
    ]
    assert missing == []


def test_every_named_test_exists():
    defined = {
        name
        for path in (local.BASE / "tests").rglob("*.py")
        for name in re.findall(r"(?:def|class) ([Tt]est\w+)", path.read_text())
    }
    named = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"`((?:test_|Test[A-Z])\w+)`", document.read_text())
    }
    assert named - defined == set()


FACT = re.compile(r"(?<![\w-])F[1-9]\d?(?![\w-])")
ARCHITECTURE = (local.BASE / "docs" / "architecture.md").read_text()
# Names of events and of lines in the log begin with `ehr`, too.
APPS = "|".join(name for name in SOURCES if name != "ehr")
CHECK_IDS = {"clinics.E040"}
DOTTED = re.compile(rf"`((?:{APPS})(?:\.[a-z]\w*)+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_named_module_exists(document):
    """Modules by their files, and what is in a module by its name."""
    others = CHECK_IDS | subscriptions.BY_NAME.keys() | events.DECLARED.keys()
    names = set(DOTTED.findall(document.read_text())) - others
    assert sorted(name for name in names if not exists(name)) == []


def exists(dotted_name):
    parts = dotted_name.split(".")
    depth = next(
        length
        for length in range(len(parts), 0, -1)
        if local.BASE.joinpath(*parts[:length]).is_dir()
        or local.BASE.joinpath(*parts[:length]).with_suffix(".py").exists()
    )
    thing = import_module(".".join(parts[:depth]))
    for attribute in parts[depth:]:
        if not hasattr(thing, attribute):
            return False
        thing = getattr(thing, attribute)
    return True


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_named_make_target_exists(document):
    targets = set(re.findall(r"^([a-z-]+):", (local.BASE / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"`(?:PORT=\d+ )?make ([a-z-]+)", document.read_text())
    assert set(named) <= targets


def test_the_tour_uses_only_names_that_the_start_prints_or_the_tour_sets():
    names = ("admin", "password", "clinicId", "adminToken", "backendToken", "peoplePassword")
    demo = {**dict.fromkeys(names, "x"), "people": []}
    printed = set(re.findall(r"\b([A-Z]+)=", run._welcome("http://127.0.0.1:8080", demo)))
    tour = "".join(
        re.findall(r"```sh\n(.*?)```", (local.BASE / "README.md").read_text(), re.DOTALL)
    )
    used = set(re.findall(r"\$([A-Z]+)", tour))
    assert {"API", "CLINIC", "ADMIN", "BACKEND"} <= used
    assert used <= printed | set(re.findall(r"^([A-Z]+)=", tour, re.MULTILINE))


def texts() -> Iterator[tuple[str, str]]:
    """Code, tests and documents, by their paths."""
    code = (path for name in (*SOURCES, "tests") for path in (local.BASE / name).rglob("*.py"))
    for path in (*code, *DOCUMENTS):
        yield str(path.relative_to(local.BASE)), path.read_text()


def test_every_cited_fact_is_in_the_architecture():
    listed = set(
        re.findall(r"\bF\d+\b", " ".join(re.findall(r"^\| (F.*?) \|", ARCHITECTURE, re.MULTILINE)))
    )
    cited = {fact for _, text in texts() for fact in FACT.findall(text)}
    assert cited - listed == set()


def test_every_cited_decision_exists():
    numbers = {path.name[:4] for path in (local.BASE / "docs" / "decisions").glob("*.md")}
    lost = {
        f"{path}: {number}"
        for path, text in texts()
        for number in re.findall(r"\bdecisions?[ /]\[?(\d{4})\b", text)
        if number not in numbers
    }
    assert lost == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_names_a_path_of_one_machine(document):
    assert re.findall(r"/(?:work|root|home)/\S+", document.read_text()) == []


def test_the_table_of_effects_is_written_as_the_handlers_declare_them():
    described = StringIO()
    call_command("describe_side_effects", stdout=described)
    assert described.getvalue().strip() in effects_table.PAGE.read_text(), "run `make fmt`"


def test_data_model_is_written_as_the_models_describe_it():
    described = StringIO()
    call_command("describe_collections", stdout=described)
    assert described.getvalue().strip() in data_model.PAGE.read_text(), "run `make fmt`"


def test_every_ignored_type_error_is_explained_in_pyproject():
    explained = set(
        re.findall(
            r"[a-z]+-[a-z-]+|override|assignment",
            "".join(
                line
                for line in (local.BASE / "pyproject.toml").read_text().splitlines()
                if line.startswith("#   ")
            ),
        )
    )
    ignored = {
        code
        for path, text in texts()
        for code in re.findall(r"# type: ignore\[([a-z-]+)\]", text)
        if not path.startswith("tests")
    }
    assert ignored - explained == set()
