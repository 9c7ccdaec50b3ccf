"""Compares the pinned packages with the advisory list that pip-audit asks: `make audit`.

Ends with 0 if none has a known vulnerability, or, with a note, if the list cannot be reached; with 1 if one
has; with 2 if it could not do its work. Exceptions are in requirements-exceptions.toml.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from scripts import local

REQUIREMENTS = [
    local.BASE / f"requirements{kind}.txt" for kind in ("", "-dev", "-chart", "-servers")
]
EXCEPTIONS = local.BASE / "requirements-exceptions.toml"
NONE_KNOWN, KNOWN, FAILED = 0, 1, 2
# What pip-audit and the library below it print when no server answers.
_NO_ANSWER = re.compile(
    r"ConnectionError|ConnectTimeout|ReadTimeout|SSLError|ProxyError|HTTPError|Could not connect|may be blocking"
)


class Unreachable(Exception):
    """The list cannot be reached."""


class Failed(Exception):
    """One sentence that says why this could not be done."""


@dataclass(frozen=True, slots=True)
class Finding:
    package: str
    version: str
    ids: tuple[str, ...]
    fixed_in: str

    def __str__(self) -> str:
        fix = f"fixed in {self.fixed_in}" if self.fixed_in else "not fixed yet"
        return f"  {self.package} {self.version}: {self.ids[0]}, {fix}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A person has judged it: until that day it does not concern this service."""

    package: str
    id: str
    until: date

    def covers(self, finding: Finding, today: date) -> bool:
        return self.package == finding.package and self.id in finding.ids and today <= self.until


def main() -> int:
    try:
        accepted = read_exceptions(EXCEPTIONS)
        # One package first: without an answer the other hundred need not be asked about.
        with tempfile.TemporaryDirectory() as folder:
            ask_about(_first_pin(Path(folder)))
        findings = list(ask_about(*REQUIREMENTS))
    except Unreachable:
        print("The advisory list cannot be reached from here: nothing was checked.")
        return NONE_KNOWN
    except Failed as failed:
        print(failed, file=sys.stderr)
        return FAILED
    return tell(findings, accepted, today=datetime.now(UTC).date())


def tell(findings: list[Finding], accepted: list[Accepted], *, today: date) -> int:
    open_ones = [f for f in findings if not any(a.covers(f, today) for a in accepted)]
    for exception in accepted:
        if not any(exception.covers(finding, today) for finding in findings):
            print(f"The exception for {exception.package} ({exception.id}) is over or not needed.")
    if not open_ones:
        print(f"No known vulnerability in the pinned packages ({len(findings)} accepted).")
        return NONE_KNOWN
    print("Known vulnerabilities in the pinned packages:")
    print("\n".join(sorted(map(str, open_ones))))
    return KNOWN


def read_exceptions(path: Path) -> list[Accepted]:
    try:
        return [_accepted(entry) for entry in tomllib.loads(path.read_text()).get("exception", [])]
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise Failed(
            f"{path.name}: every exception needs package, id, reason and until (a date)."
        ) from error


def _accepted(entry: dict[str, Any]) -> Accepted:
    if not entry["reason"].strip() or type(entry["until"]) is not date:
        raise ValueError(entry)
    return Accepted(entry["package"], entry["id"], entry["until"])


def ask_about(*requirements: Path) -> Iterator[Finding]:
    """The answer for every pin in these files. Raises at once, not when the answer is walked."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--disable-pip", "--no-deps", "--timeout", "20"]
    for path in requirements:
        command += ["--requirement", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return read_answer(done.stdout, done.stderr)


def read_answer(output: str, errors: str) -> Iterator[Finding]:
    try:
        dependencies: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if _NO_ANSWER.search(errors):
            raise Unreachable from None
        last = (errors.strip().splitlines() or ["it said nothing"])[-1]
        raise Failed(f"pip-audit could not do its work: {last}") from None
    unknown = [entry["name"] for entry in dependencies if "skip_reason" in entry]
    if len(unknown) == len(dependencies):  # an index that has packages but no advisories
        raise Unreachable
    if unknown:
        raise Failed(f"The advisory list does not know {', '.join(sorted(unknown))}.")
    return _findings(dependencies)


def _findings(dependencies: list[dict[str, Any]]) -> Iterator[Finding]:
    for entry in dependencies:
        for known in entry["vulns"]:
            ids = (known["id"], *known.get("aliases", []))
            yield Finding(entry["name"], entry["version"], ids, ", ".join(known["fix_versions"]))


def _first_pin(folder: Path) -> Path:
    pin = re.search(r"^[a-z0-9-]+==\S+", REQUIREMENTS[0].read_text(), re.MULTILINE)
    if pin is None:
        raise Failed(f"{REQUIREMENTS[0].name} pins nothing.")
    path = folder / "requirements.txt"
    path.write_text(pin[0] + "\n")
    return path


if __name__ == "__main__":
    sys.exit(main())
