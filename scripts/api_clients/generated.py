"""What is generated and checked in: in clients/python the package `generated`, in clients/typescript `schema.ts`."""

import filecmp
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from scripts.api_clients import description
from scripts.api_clients.workshop import SOURCES, Workshop
from scripts.local import Problem

PYTHON = SOURCES / "python" / "clinics_client" / "generated"
TYPESCRIPT = SOURCES / "typescript" / "src" / "schema.ts"
DIGESTS = (SOURCES / "python" / "description.sha256", SOURCES / "typescript" / "description.sha256")
_RUFF = "ruff {} --isolated --no-respect-gitignore --quiet --target-version py311 --line-length 110 {} ."
_JSON, _BYTES = "application/json", "application/octet-stream"
_AGAIN = "`make clients ARGS=--write` generates it again"


def make_python(workshop: Workshop) -> Path:
    """The package that openapi-python-client generates now."""
    described = description.read(workshop.described)
    config = workshop.folder / "openapi-python-client.json"
    config.write_text(json.dumps(_python_config(described)))
    made = workshop.empty("made_python")
    tools = workshop.python.parent
    command = [str(tools / "openapi-python-client"), "generate", "--meta", "none"]
    files = ["--path", str(workshop.described), "--config", str(config), "--output-path", str(made)]
    output = workshop.run(
        [*command, "--fail-on-warning", *files],
        environment={
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONHASHSEED": "0",  # it sorts the values of a set without regard to their case
        },
    )
    if "Warning" in output:
        raise Problem(output)
    shutil.rmtree(made / ".ruff_cache", ignore_errors=True)
    return made


def _python_config(described: dict[str, Any]) -> dict[str, Any]:
    return {
        "literal_enums": True,  # "14d" instead of Period.VALUE_2
        # What is no JSON is read and sent as bytes, whatever it is.
        "content_type_overrides": dict.fromkeys(_types_of_files(described), _BYTES),
        "class_overrides": dict(_names(described["components"]["schemas"])),
        "post_hooks": [
            _RUFF.format("check", "--select I,F401,UP --fix --exit-zero"),
            _RUFF.format("format", ""),
        ],
    }


def _types_of_files(described: dict[str, Any]) -> set[str]:
    operations = [entry for item in described["paths"].values() for entry in item.values()]
    parts = [
        part
        for operation in operations
        for part in (operation.get("requestBody", {}), *operation["responses"].values())
    ]
    return {kind for part in parts for kind in part.get("content", {})} - {_JSON}


def _names(schemas: dict[str, Any]) -> Any:
    """`patient.v1` becomes Patient instead of PatientV1."""
    for name in schemas:
        if not name.endswith(".v1"):
            continue
        words = re.split(r"\W+", name.removesuffix(".v1"))
        class_name = "".join(word[:1].upper() + word[1:] for word in words)
        module = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower()
        yield f"{class_name}V1", {"class_name": class_name, "module_name": module}


def make_typescript(workshop: Workshop) -> Path:
    """The types that openapi-typescript generates now."""
    made = workshop.empty("made_typescript")
    made.mkdir()
    path = made / "schema.ts"
    workshop.run(
        [workshop.node_program("openapi-typescript"), str(workshop.described), "-o", str(path)]
    )
    return path


def write_python(workshop: Workshop) -> None:
    made = make_python(workshop)
    shutil.rmtree(PYTHON, ignore_errors=True)
    shutil.copytree(made, PYTHON)
    _write_digest(workshop, DIGESTS[0])


def write_typescript(workshop: Workshop) -> None:
    shutil.copy(make_typescript(workshop), TYPESCRIPT)
    _write_digest(workshop, DIGESTS[1])


def _write_digest(workshop: Workshop, path: Path) -> None:
    path.write_text(description.digest(description.read(workshop.described)) + "\n")


def compare_python(made: Path) -> None:
    """Raises Problem when what is checked in differs."""
    differing = sorted(_differences(filecmp.dircmp(made, PYTHON, ignore=["__pycache__"])))
    if differing:
        raise Problem(f"clients/python is not what is generated now ({differing[0]}): {_AGAIN}.")


def _differences(compared: "filecmp.dircmp[str]") -> Any:
    yield from (*compared.left_only, *compared.right_only, *compared.diff_files)
    for inner in compared.subdirs.values():
        yield from _differences(inner)


def compare_typescript(made: Path) -> None:
    """Raises Problem when what is checked in differs."""
    if not filecmp.cmp(made, TYPESCRIPT, shallow=False):
        raise Problem(f"clients/typescript/src/schema.ts is not what is generated now: {_AGAIN}.")
