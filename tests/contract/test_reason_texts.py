"""Every text with which the source refuses a request begins with one that the description lists (rule ACCOUNT-175)."""

import ast
from importlib import import_module

import pytest

from confirmations.api.viewsets import ConfirmationFamily
from kernel import errors
from kernel.api.error_families import CLINIC_FAMILY
from scripts import house, local

KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.DomainError)
}
FAMILIES = {"confirmations": ConfirmationFamily()}
# Not for those who call an operation that is described: staff pages and commands, the routes of accounts, pages.
ELSEWHERE = (
    "/admin/", "/staff/", "/management/", "users/",
    "kernel/jobs/running.py", "ehr/services/bulk.py", "patients/titled_rows.py", "redox/services/email_backfill.py",
    "xealth/services/demo.py", "xealth/services/enrolment.py", "xealth/api/viewer.py",
    "confirmations/services/registrations.py",
)  # fmt: skip
FOR_STAFF = {"the file was fetched already, or has expired; begin another export"}
# Texts that are put together before they are raised; the beginning of each.
COMPUTED = {
    "kernel/api/bodies.py": "request body has an error: ",
    "kernel/api/canonical_values.py": "an e-mail address is not valid",
    "kernel/api/negotiation.py": "request body has an error: ",
    "kernel/api/parsers.py": "request body has an error: ",
    "kernel/api/viewsets.py": "method not allowed",
    "clinics/services/clinics.py": "request body has an error: ",
    "clinics/services/users.py": "partially updated ",
    "clinic_records/services/closures.py": "the clinic is being merged",
}
KEPT = ("missing", "not_ready", "expired")  # of `patients.services.kept_files.KeptFile`


def sources():
    for app in house.ROOMS:
        for path in sorted((local.BASE / app).rglob("*.py")):
            name = str(path.relative_to(local.BASE))
            if not any(part in f"/{name}" for part in ELSEWHERE):
                yield name, ast.parse(path.read_text())


def refusals():
    for name, tree in sources():
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in calls:
            kind = KINDS.get(ast.unparse(call.func).rpartition(".")[2])
            if kind not in (None, errors.DomainError):
                yield name, kind, next((k.value for k in call.keywords if k.arg == "message"), None)


def beginning(name, text):
    """What can be said of a text without running the code; None: nothing."""
    if isinstance(text, ast.Constant):
        return text.value
    if isinstance(text, ast.JoinedStr):
        parts = (getattr(part, "value", None) for part in text.values)
        said = [part if isinstance(part, str) else beginning(name, part) or "" for part in parts]
        return "".join(said) or None
    module = import_module(name.removesuffix(".py").replace("/", "."))
    if ast.unparse(text) == "_why_ended(job)":
        return "the creation has ended: "
    if ast.unparse(text) == "_why_not_told(jobs.glance(note))":
        return module.NOT_TOLD
    if name == "patients/api/bulk_creations.py" and ast.unparse(text) == "message":
        return "request body has an error: "
    try:
        found = eval(ast.unparse(text), dict(vars(module)))  # noqa: S307 (a name of our own source)
    except (NameError, AttributeError):
        return COMPUTED.get(name)
    return found if isinstance(found, str) else COMPUTED.get(name)


def is_listed(name, kind, text):
    family = FAMILIES.get(name.partition("/")[0], CLINIC_FAMILY)
    return text.startswith(family.beginnings(kind.status))


@pytest.mark.yardstick("W4")
def test_every_text_of_a_refusal_begins_with_one_that_is_listed():
    seen, others = set(), []
    for name, kind, text in refusals():
        said = kind.prefix if text is None else beginning(name, text)
        if name == "patients/services/kept_files.py" or said in FOR_STAFF:
            continue
        seen.add(said)
        if said is None or not is_listed(name, kind, said):
            others.append((name, kind.status, said or ast.unparse(text)))
    assert others == []
    assert {"a view with this name exists", "method not allowed"} <= seen
    assert len(seen) > 60


def test_so_do_those_of_kept_files():
    from patients.services import kept_exports, kept_files

    status = {"missing": 404, "not_ready": 409, "expired": 404}
    for kept in (kept_files.EXPORT, kept_files.CREATION):
        for name in KEPT:
            assert getattr(kept, name).startswith(CLINIC_FAMILY.beginnings(status[name])), name
    assert kept_exports.FAILED.startswith(CLINIC_FAMILY.beginnings(409))
