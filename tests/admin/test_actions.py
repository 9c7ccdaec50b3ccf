"""What the history of a clinic and the audit trail call an action: words, for every action that the code can write."""

import ast
from functools import cache
from pathlib import Path

import pytest

from kernel import audit, jobs
from kernel.staff import actions
from tests.admin.conftest import text

ROOMS = (
    "clinic_records", "clinics", "clinics_site", "confirmations", "ehr", "kernel", "merges", "notifications", "patients",
    "redox", "users", "xealth",
)  # fmt: skip
# Those that are put together, and one in a table.
_MADE = (
    {"clinic.merge_taken_back"}
    | {f"{kind}.deleted" for kind in ("tag", "site")}
    # Roles had pages of their own until the first version after 0.1; their events stay.
    | {
        f"staff.{kind}_{verb}"
        for kind in ("user", "group")
        for verb in ("created", "changed", "deleted")
    }
)


@cache
def _trees():
    return [ast.parse(path.read_text()) for room in ROOMS for path in Path(room).rglob("*.py")]


def _nodes():
    for tree in _trees():
        yield from ast.walk(tree)


@cache
def _places():
    """{name of a function or class: place of its argument `action`}"""
    places = {}
    for node in _nodes():
        if isinstance(node, ast.FunctionDef):
            names = [one.arg for one in node.args.args if one.arg != "self"]
        elif isinstance(node, ast.ClassDef):
            names = [_name(one.target) for one in node.body if isinstance(one, ast.AnnAssign)]
        else:
            continue
        if "action" in names:
            places[node.name] = names.index("action")
    return places


def _given():
    """The expressions that are given as actions."""
    for node in _nodes():
        if isinstance(node, ast.keyword) and node.arg == "action":
            yield node.value
        elif isinstance(node, ast.Call) and _name(node.func) in _places():
            place = _places()[_name(node.func)]
            yield from node.args[place : place + 1]
        elif isinstance(node, ast.Assign) and _name(node.targets[0]) == "ACTION":
            yield node.value


def _name(node):
    return getattr(node, "attr", None) or getattr(node, "id", None)


def _texts(node):
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}


def _constants():
    """(name, value) of what is assigned, in any module."""
    for node in _nodes():
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            pairs = zip(target.elts, value.elts, strict=True) if both else [(target, value)]
            yield from (
                (_name(name), one.value) for name, one in pairs if isinstance(one, ast.Constant)
            )


def written():
    """With what the names of constants stand for."""
    given = list(_given())
    names = {name for node in given if (name := _name(node)) and name.isupper()}
    found = set().union(*map(_texts, given)) | {
        value for name, value in _constants() if name in names
    }
    return {one for one in found if isinstance(one, str) and _is_code(one)}


def _is_code(text):
    subject, _, verb = text.partition(".")
    return subject.isalpha() and verb.replace("_", "").isalpha() and text.islower()


def test_every_action_that_the_code_can_write_has_words():
    codes = written() | _MADE | {kind.action for kind in jobs.KINDS.values()}
    assert len(codes) > 60
    assert codes - actions.WORDS.keys() == set()


def test_no_words_are_for_an_action_that_is_gone():
    codes = written() | _MADE | {kind.action for kind in jobs.KINDS.values()}
    assert actions.WORDS.keys() - codes == set()


def test_words_are_not_codes_and_name_one_action_each():
    words = list(actions.WORDS.values())
    assert len(set(words)) == len(words)
    assert not [one for one in words if _is_code(one) or "_" in one]


@pytest.mark.parametrize("role", ["viewer", "support"])
def test_the_history_of_a_clinic_names_what_was_done(role, clinic, root, staff):
    root.post(f"clinics/{clinic['_id']}/refresh")
    audit.record(
        action="page.clinic_patients", actor_id="7", actor_kind="staff", object_type="page", object_id="", clinic_id=clinic["_id"]
    )  # fmt: skip
    page = text(staff(role).get(f"clinics/{clinic['_id']}/history"))
    assert actions.WORDS["clinic.count_refreshed"] in page
    assert "Tried to open the page “clinic patients”" in page
    assert "clinic.count_refreshed" not in page


def test_the_trail_has_words_and_codes(clinic, root, staff):
    root.post(f"clinics/{clinic['_id']}/refresh")
    auditor = staff("auditor")
    listed = text(auditor.get("audit/", {"action": "clinic.count_refreshed"}))
    event = audit.list_events({"action": "clinic.count_refreshed"}, before=None, limit=1)[0]
    alone = text(auditor.get(f"audit/{event['_id']}/"))
    for page in (listed, alone):
        assert actions.WORDS["clinic.count_refreshed"] in page
        assert "count_refreshed" in page


def test_a_code_of_another_version_is_shown_as_it_is():
    assert actions.in_words("clinic.painted_blue") == "clinic.painted_blue"
