"""The tools, and for each what it has to do. A step returns a word or two for the table, or raises Problem."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.api_clients import generated
from scripts.api_clients.workshop import SOURCES, Workshop
from scripts.local import Problem

CALLS = 10
CHECKS = SOURCES / "checks"
_PYTHON, _TYPESCRIPT = SOURCES / "python", SOURCES / "typescript"
_ACCEPTS, _GENERATES, _SAME, _COMPILES, _TESTS, _CALLS, _EXAMPLES = STEPS = (
    *("accepts", "generates", "as checked in", "compiles", "own tests", "live calls"),
    "examples",
)
Addresses = Mapping[str, str]  # what a script reads to know where to call, and as whom
Step = Callable[[Workshop, Addresses], str]


@dataclass(frozen=True, slots=True)
class Tool:
    """`needs`: programs that a machine may lack."""

    name: str
    title: str
    steps: Mapping[str, Step]
    needs: tuple[str, ...] = ()

    def missing(self) -> list[str]:
        return [program for program in self.needs if shutil.which(program) is None]

    def is_called(self) -> bool:
        return _CALLS in self.steps


# --- what only reads the description ------------------------------------------------------------------------------
def _spec_validator(workshop: Workshop, _: Addresses) -> str:
    workshop.run([str(workshop.python), "-m", "openapi_spec_validator", str(workshop.described)])
    return "no error"


def _redocly(workshop: Workshop, _: Addresses) -> str:
    folder = CHECKS
    command = [workshop.node_program("redocly"), "lint", str(workshop.described)]
    output = workshop.run([*command, "--format", "summary"], folder=folder)
    warnings = re.search(r"You have (\d+) warnings?", output)
    return f"no error, {warnings[1]} warnings" if warnings else "no error"


def _spectral(workshop: Workshop, _: Addresses) -> str:
    rules = ["--ruleset", str(CHECKS / "spectral.yaml"), "--fail-severity", "error"]
    command = [workshop.node_program("spectral"), "lint", str(workshop.described)]
    output = workshop.run([*command, *rules])
    warnings = re.search(r"(\d+) warnings?", output)
    return f"no error, {warnings[1]} warnings" if warnings else "no error"


# --- openapi-python-client, which makes clients/python ------------------------------------------------------------
def _generate_python(workshop: Workshop, _: Addresses) -> str:
    made = generated.make_python(workshop)
    return f"{len(list(made.rglob('*.py')))} files"


def _compare_python(workshop: Workshop, _: Addresses) -> str:
    generated.compare_python(workshop.folder / "made_python")
    return "the same"


def _check_types(workshop: Workshop, _: Addresses) -> str:
    mypy = [str(workshop.python), "-m", "mypy", "--cache-dir", str(workshop.folder / "mypy")]
    checked = [str(path) for path in (_PYTHON / "clinics_client", _PYTHON / "examples")]
    check = str(CHECKS / "openapi_python_client.py")
    output = workshop.run([*mypy, *checked, check], folder=_PYTHON, environment=_imports())
    return output.strip().splitlines()[-1].removeprefix("Success: ")


def _test_python(workshop: Workshop, _: Addresses) -> str:
    command = [str(workshop.python), "-m", "unittest", "discover", "--start-directory", "tests"]
    output = workshop.run(command, folder=_PYTHON, environment=_imports())
    ran = re.search(r"Ran (\d+) tests", output)
    return f"{ran[1]} passed" if ran else "passed"


def _call_python(workshop: Workshop, addresses: Addresses) -> str:
    script = CHECKS / "openapi_python_client.py"
    environment = {**_imports(), **addresses}
    return calls_in(workshop.run([str(workshop.python), str(script)], environment=environment))


# A receiver would wait for someone who calls it.
_ARGUMENTS = {"receive_webhooks": ("--try",)}


def _run_python_examples(workshop: Workshop, addresses: Addresses) -> str:
    examples = sorted((_PYTHON / "examples").glob("*.py"))
    for example in examples:
        environment = {**_imports(), **addresses}
        command = [str(workshop.python), str(example), *_ARGUMENTS.get(example.stem, ())]
        workshop.run(command, environment=environment)
    return f"{len(examples)} ran"


def _imports() -> dict[str, str]:
    return {"PYTHONPATH": str(_PYTHON), "MYPYPATH": str(_PYTHON), "PYTHONDONTWRITEBYTECODE": "1"}


# --- openapi-generator --------------------------------------------------------------------------------------------
def _java(workshop: Workshop, generator: str, made: Path, *options: str) -> None:
    java = ["java", "-Xmx700m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    files = ["-i", str(workshop.described), "-g", generator, "-o", str(made)]
    without = "apiDocs=false,modelDocs=false,apiTests=false,modelTests=false"
    workshop.run(
        [
            *(*java, "-jar", str(workshop.jar), "generate", *files),
            *("--global-property", without, *options),
        ]
    )


def _generate_other_python(workshop: Workshop, _: Addresses) -> str:
    made = workshop.empty("generator_python")
    _java(workshop, "python", made, "--additional-properties", "packageName=clinics_generated")
    return f"{len(list(made.rglob('*.py')))} files"


def _compile_other_python(workshop: Workshop, _: Addresses) -> str:
    """Every module is also imported, which resolves the types of the models."""
    made = workshop.folder / "generator_python"
    python = str(workshop.python)
    workshop.run([python, "-m", "compileall", "-q", str(made)])
    imports = "import clinics_generated, clinics_generated.api, clinics_generated.models"
    workshop.run([python, "-c", imports], environment={"PYTHONPATH": str(made)})
    return "compiled, imported"


def _call_other_python(workshop: Workshop, addresses: Addresses) -> str:
    script = str(CHECKS / "generator_python.py")
    environment = {**addresses, "PYTHONPATH": str(workshop.folder / "generator_python")}
    return calls_in(workshop.run([str(workshop.python), script], environment=environment))


def _generate_other_typescript(workshop: Workshop, _: Addresses) -> str:
    made = workshop.empty("generator_typescript")
    _java(workshop, "typescript-fetch", made)
    return f"{len(list(made.rglob('*.ts')))} files"


def _compile_other_typescript(workshop: Workshop, _: Addresses) -> str:
    made = workshop.folder / "generator_typescript"
    shutil.copy(CHECKS / "generator_typescript.ts", made / "check.ts")
    options = ["--target", "es2022", "--module", "commonjs", "--moduleResolution", "node10"]
    types = ["--typeRoots", str(workshop.node / "node_modules" / "@types"), "--types", "node"]
    workshop.run(
        [
            *(workshop.node_program("tsc"), *options, *types, "--lib", "es2022,dom", "--strict"),
            *("--skipLibCheck", "--outDir", str(made / "build"), str(made / "check.ts")),
            str(made / "index.ts"),
        ]
    )
    return "tsc --strict"


def _call_other_typescript(workshop: Workshop, addresses: Addresses) -> str:
    script = workshop.folder / "generator_typescript" / "build" / "check.js"
    return calls_in(workshop.run(["node", str(script)], environment=addresses))


# --- openapi-typescript, which makes clients/typescript -----------------------------------------------------------
def _generate_typescript(workshop: Workshop, _: Addresses) -> str:
    path = generated.make_typescript(workshop)
    return f"{len(path.read_text().splitlines())} lines"


def _compare_typescript(workshop: Workshop, _: Addresses) -> str:
    generated.compare_typescript(workshop.folder / "made_typescript" / "schema.ts")
    return "the same"


def _compile_typescript(workshop: Workshop, _: Addresses) -> str:
    """In the folder of the tools, so that nothing is installed into the working copy."""
    for name in ("src", "examples", "tests", "checks", "build"):
        shutil.rmtree(workshop.node / name, ignore_errors=True)
    for name in ("src", "examples", "tests"):
        shutil.copytree(_TYPESCRIPT / name, workshop.node / name)
    (workshop.node / "checks").mkdir()
    shutil.copy(CHECKS / "openapi_typescript.ts", workshop.node / "checks")
    shutil.copy(_TYPESCRIPT / "tsconfig.json", workshop.node)
    workshop.run([workshop.node_program("tsc"), "--project", "."], folder=workshop.node)
    return "tsc --strict"


def _test_typescript(workshop: Workshop, _: Addresses) -> str:
    tests = sorted((workshop.node / "build" / "tests").glob("*.test.js"))
    output = workshop.run(["node", "--test", "--test-reporter", "tap", *map(str, tests)])
    ran = re.search(r"^# pass ([1-9]\d*)$", output, re.MULTILINE)
    if not ran:
        raise Problem(f"no test has run:\n{output}")
    return f"{ran[1]} passed"


def _call_typescript(workshop: Workshop, addresses: Addresses) -> str:
    script = workshop.node / "build" / "checks" / "openapi_typescript.js"
    return calls_in(workshop.run(["node", str(script)], environment=addresses))


def _run_typescript_examples(workshop: Workshop, addresses: Addresses) -> str:
    examples = sorted((workshop.node / "build" / "examples").glob("*.js"))
    for example in examples:
        workshop.run(["node", str(example)], environment=addresses)
    return f"{len(examples)} ran"


def calls_in(output: str) -> str:
    """What a check says: `call NAME` for an operation with a typed answer, `error STATUS` for a typed error. Raises
    Problem when that is too little."""
    calls = set(re.findall(r"^call (\w+)$", output, re.MULTILINE))
    errors = sorted(set(re.findall(r"^error (\d+)$", output, re.MULTILINE)))
    if len(calls) < CALLS or not errors:
        raise Problem(f"{len(calls)} operations and {len(errors)} errors were seen:\n{output}")
    return f"{len(calls)} operations, errors {' '.join(errors)}"


TOOLS = (
    Tool("validator", "openapi-spec-validator", {_ACCEPTS: _spec_validator}),
    Tool("redocly", "@redocly/cli", {_ACCEPTS: _redocly}, ("node", "npm")),
    Tool("spectral", "@stoplight/spectral-cli", {_ACCEPTS: _spectral}, ("node", "npm")),
    Tool(
        "python",
        "openapi-python-client",
        {
            _GENERATES: _generate_python,
            _SAME: _compare_python,
            _COMPILES: _check_types,
            _TESTS: _test_python,
            _CALLS: _call_python,
            _EXAMPLES: _run_python_examples,
        },
    ),
    Tool(
        "typescript",
        "openapi-typescript",
        {
            _GENERATES: _generate_typescript,
            _SAME: _compare_typescript,
            _COMPILES: _compile_typescript,
            _TESTS: _test_typescript,
            _CALLS: _call_typescript,
            _EXAMPLES: _run_typescript_examples,
        },
        ("node", "npm"),
    ),
    Tool(
        "generator-python",
        "openapi-generator python",
        {
            _GENERATES: _generate_other_python,
            _COMPILES: _compile_other_python,
            _CALLS: _call_other_python,
        },
        ("java",),
    ),
    Tool(
        "generator-typescript",
        "openapi-generator typescript-fetch",
        {
            _GENERATES: _generate_other_typescript,
            _COMPILES: _compile_other_typescript,
            _CALLS: _call_other_typescript,
        },
        ("java", "node", "npm"),
    ),
)
