"""The wheel: it is built, has every file of the service, and its two commands start."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from scripts import local
from scripts import service as processes
from tests.processes.service import eventually

pytestmark = [pytest.mark.processes, pytest.mark.walk, pytest.mark.timeout(180)]
UV = Path(sys.executable).with_name("uv")
PACKAGES = Path(sysconfig.get_path("purelib"))
# What it has to find in its own files, beside code and templates.
DATA = """
from pathlib import Path
import kernel
from clinics import timezones
from ehr.report import lettering
from patients import compressed_texts
from xealth.representation import viewer_files
lettering.register_fonts()
assert timezones.TIMEZONES and compressed_texts.DICTIONARY.is_file()
print(Path(kernel.__file__).parents[1])
"""


def run(*words, **more):
    result = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(UV, "build", "--quiet", "--offline", "--wheel", "--out-dir", folder, local.BASE)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory):
    """The folder of programs of an environment with the wheel; what it needs is taken from this one."""
    folder = tmp_path_factory.mktemp("installed") / "env"
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, wheel)
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "needed.pth").write_text(f"{PACKAGES}\n")
    return folder / "bin"


@pytest.fixture
def elsewhere(tmp_path, service):
    """A folder without this project, and the settings of the tests' servers."""
    return {"cwd": tmp_path, "env": {**service.env, "PATH": os.environ["PATH"]}}


def test_the_wheel_has_every_file_of_the_service_and_no_other(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")}
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    listed = run("git", "ls-files", "-z", *sorted(tops), cwd=local.BASE)
    assert {name for name in names if ".dist-info/" not in name} == {*listed.split("\0")} - {""}
    assert {path.name for path in local.BASE.iterdir() if (path / "apps.py").is_file()} == tops
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_clinics_manage_runs_commands_on_the_files_of_the_wheel(programs, elsewhere):
    place = run(programs / "python", "-c", DATA, **elsewhere).strip()
    assert Path(place).is_relative_to(programs.parent)
    assert "no issues" in run(programs / "clinics-manage", "check", **elsewhere)
    assert "| `SECRET_KEY` |" in run(programs / "clinics-manage", "print_environment", **elsewhere)


def test_clinics_web_becomes_ready_and_serves(programs, elsewhere, service):
    web = subprocess.Popen([programs / "clinics-web"], start_new_session=True, **elsewhere)
    try:
        eventually(lambda: web.poll() is not None or processes.is_ready(service.port))
        assert service.get("/v1/clinics", token=service.server_token()).status == 200
        page = service.get("/admin/login/")
        assert page.status == 200
        assert b"/static/staff/admin.css" in page.content
        assert service.get("/static/staff/admin.css").status == 200
    finally:
        web.terminate()
        assert web.wait(60) == 0
