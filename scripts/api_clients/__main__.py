import argparse
import contextlib
import sys
import time
from collections.abc import Sequence

from scripts import api_clients
from scripts.api_clients import generated, live
from scripts.api_clients.tools import STEPS, TOOLS, Addresses, Tool
from scripts.api_clients.workshop import Workshop
from scripts.local import Problem


def main() -> int:
    parser = argparse.ArgumentParser(description=api_clients.__doc__)
    parser.add_argument("--write", action="store_true")
    names = [tool.name for tool in TOOLS]
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=", ".join(names))
    arguments = parser.parse_args()
    unknown = set(arguments.tools) - set(names)
    if unknown:
        parser.error(f"no tool is called {min(unknown)}; there are {', '.join(names)}")
    chosen = [tool for tool in TOOLS if not arguments.tools or tool.name in arguments.tools]
    if arguments.write:
        return _write(Workshop(), {tool.name: tool for tool in chosen})
    return _try(Workshop(), chosen)


def _write(workshop: Workshop, chosen: dict[str, Tool]) -> int:
    """The two that are checked in, as far as their tools are at hand."""
    writers = {"python": generated.write_python, "typescript": generated.write_typescript}
    for name, write in writers.items():
        if name not in chosen:
            continue
        missing = chosen[name].missing()
        if missing:
            print(f"clients/{name} is left as it is: {' and '.join(missing)} is missing")
            continue
        write(workshop)
        print(f"clients/{name} is written")
    return 0


def _try(workshop: Workshop, chosen: Sequence[Tool]) -> int:
    problems: list[str] = []
    with _service(chosen) as addresses:
        rows = [(tool, _run(tool, workshop, addresses, problems)) for tool in chosen]
    print("\n" + table(rows))
    for problem in problems:
        print(f"\n{problem}", file=sys.stderr)
    return 1 if problems else 0


def _service(chosen: Sequence[Tool]) -> "contextlib.AbstractContextManager[Addresses]":
    """Started only if a tool will call it."""
    is_needed = any(tool.is_called() and not tool.missing() for tool in chosen)
    return live.started() if is_needed else contextlib.nullcontext({})


def _run(
    tool: Tool, workshop: Workshop, addresses: Addresses, problems: list[str]
) -> dict[str, str]:
    """Every step until one fails, with its words."""
    missing = tool.missing()
    if missing:
        return {next(iter(tool.steps)): f"SKIPPED: no {' and no '.join(missing)}"}
    said: dict[str, str] = {}
    for name, step in tool.steps.items():
        began = time.monotonic()
        try:
            said[name] = step(workshop, addresses)
        except Problem as problem:
            said[name] = "FAILED"
            problems.append(f"{tool.title}, {name}: {problem}")
            break
        print(
            f"  {tool.title}: {name}: {said[name]} ({time.monotonic() - began:.0f} s)", flush=True
        )
    return said


def table(rows: Sequence[tuple[Tool, dict[str, str]]]) -> str:
    steps = [step for step in STEPS if any(step in said for _, said in rows)]
    lines = [["tool", *steps]]
    lines += [[tool.title, *(said.get(step, "-") for step in steps)] for tool, said in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))
