"""A worker has everything registered when it starts, whether Django's checks run or not."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from kernel import db
from tests import ehr
from tests.factories import stored_patient

# Like `celery worker` with CELERY_SKIP_CHECKS: Django is set up, task modules are imported, nothing else.
WORKER = """
import json, sys
from clinics_site.celery import app
app.loader.import_default_modules()
from kernel import backfills, indexes, jobs
from kernel.api import schema
from kernel.outbox import subscriptions, waking
from tests import deliveries

def known():
    return {
        "components": {*schema.COMPONENTS},
        "handlers": {*subscriptions.BY_NAME},
        "indexes": {f"{c} {m.document['name']}" for c, ms in indexes.DECLARED.items() for m in ms},
        "backfills": {*backfills.STEPS},
        "tasks": {*app.tasks},
        "jobs": {*jobs.KINDS},
    }

waking.enqueue = lambda wake_ups: None
deliveries.drain("ehr")
at_start, knew_urls = known(), "clinics_site.urls" in sys.modules
import clinics_site.urls
later = {kind: sorted(names - at_start[kind]) for kind, names in known().items()}
print(json.dumps({"urls": knew_urls, "later": later, "counts": {k: len(v) for k, v in at_start.items()}}))
"""

# What processes of the service import: those of the web with the served description, and workers.
SERVICE = """
import json, sys
import clinics_site.wsgi
from django.urls import get_resolver
from drf_spectacular.settings import spectacular_settings
from clinics_site.celery import app

get_resolver().url_patterns
spectacular_settings.POSTPROCESSING_HOOKS
app.loader.import_default_modules()
print(json.dumps(sorted(sys.modules)))
"""
# Packages and modules whose every part is for the service; the rest is checked where it registers something.
LOADED_WHOLE = {"admin", "api", "tasks", "handlers"}
PARTS_OF_COMMANDS = {"management", "mongo_migrations"}
MASTER = "clinics_site.server"  # of the web processes: a process of its own, which loads no part of the API


def run(code):
    environment = {**os.environ, "CELERY_SKIP_CHECKS": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "clinics_site.settings"
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(process.stdout.splitlines()[-1])


@pytest.fixture
def order_with_a_new_tag(anonymous):
    clinic = ehr.ehr_clinic()
    patient = ehr.ehr_patient(clinic)
    message = ehr.order()
    message["Order"]["ClinicalInfo"] = [{"Code": "TP_TAGS", "Value": "Brand new"}]
    anonymous.post("/v1/redox", message, headers={"verification-token": "redox-test-token"})
    return clinic, patient


def test_a_worker_without_checks_has_everything_registered_and_creates_a_new_tag(
    order_with_a_new_tag,
):
    clinic, patient = order_with_a_new_tag

    worker = run(WORKER)

    assert worker["urls"] is False
    assert worker["later"] == {kind: [] for kind in worker["counts"]}
    assert all(worker["counts"].values())
    (tag,) = db.collection("clinics").find_one({"_id": clinic["_id"]})["patientTags"]
    assert tag["name"] == "Brand new"
    assert stored_patient(clinic, patient["userId"])["tags"] == [tag["_id"]]


def modules_of_the_project() -> Iterator[tuple[str, Path]]:
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent == settings.BASE_DIR:
            for path in sorted(folder.rglob("*.py")):
                parts = path.relative_to(settings.BASE_DIR).with_suffix("").parts
                if not PARTS_OF_COMMANDS.intersection(parts):
                    yield ".".join(parts).removesuffix(".__init__"), path


def registers(code: str) -> bool:
    """Whether importing it changes something of another module: a call whose result is not used (`frame.add_tab(…)`),
    a value that is put into a dictionary of another module, or one that a call that adds returns."""
    return any(map(_registers, ast.parse(code).body))


def _registers(line: ast.stmt) -> bool:
    match line:
        case ast.Expr(value=ast.Call()):
            return True
        case ast.Assign(targets=[ast.Subscript()]):
            return True
        case ast.Assign(value=ast.Call(func=ast.Attribute(attr="add" | "register" | "declare"))):
            return True
        case ast.FunctionDef(decorator_list=decorators) | ast.ClassDef(decorator_list=decorators):
            return any(ast.unparse(one).startswith(("pages.page", "outbox.")) for one in decorators)
    return False


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("work_in_progress.add(one)", True),
        ("KINDS['patient'] = Kind()", True),
        ("EXPORT = jobs.add(kind)", True),
        ("@pages.page('x/', name='x')\ndef x(request): ...", True),
        ("@outbox.handler('x')\ndef x(event): ...", True),
        ("WORDS = frozenset(('a', 'b'))", False),
        ("@dataclass(frozen=True)\nclass One: ...", False),
        ("def add(one):\n    ALL.append(one)", False),
    ],
)
def test_what_registers_something_is_known_by_its_code(code, expected):
    assert registers(code) is expected


def test_every_module_that_registers_something_is_loaded_by_the_service():
    """Also where a test imports it: this process has other modules than the service."""
    loaded = {*run(SERVICE)}
    modules = dict(modules_of_the_project())
    whole = {name for name in modules if LOADED_WHOLE.intersection(name.split("."))}
    registering = {name for name, path in modules.items() if registers(path.read_text())}
    assert len(whole) > 200
    assert len(registering) > 100
    assert sorted((whole | registering) - loaded - {MASTER}) == []
