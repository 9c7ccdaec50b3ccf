"""What the page of a plan shows, as a document: a plan of large clinics is made by a job, and its page shows what the
job has kept. It is made for a reader who sees everything, and what a reader does not see is left out when it is shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from merges.admin import plan_problems
from merges.admin.plan_parts import Row, Table, View
from merges.plan.model import Clinic, MergePlan
from merges.services import planning

Made = dict[str, Any]
_TABLES = ("tags", "sites", "admins", "members")
_OF_PATIENTS = ("combined", "conflicts", "moved")
_OF_A_PERSON = frozenset({"name", "birth_date", "mrn", "url"})


def made_of(plan: MergePlan) -> Made:
    view = View(plan)
    return {
        "created_time": plan.created_time,
        "can_execute": plan.can_execute,
        "source": _side(plan.source, view.names[0]),
        "target": _side(plan.target, view.names[1]),
        "numbers": asdict(plan.numbers),
        "settings": [*view.settings, *view.kept_settings],
        "ehr_notes": view.ehr_notes,
        **{name: _table(getattr(view, name)) for name in (*_TABLES, *_OF_PATIENTS)},
        "problems": plan_problems.stored(view),
        "seen": planning.fingerprint(plan),
    }


def _side(clinic: Clinic, shown_name: str) -> Row:
    return {
        "id": clinic.id,
        "name": clinic.name,
        "shown_name": shown_name,
        "patients": len(clinic.patients),
    }


def _table(table: Table) -> Row:
    return {"rows": list(table.rows), "total": table.total, "more": table.more}


def shown(made: Mapping[str, Any], *, sees_patients: bool, sees_members: bool) -> Made:
    """Without what this reader does not see: patients are ids then, and invites too."""
    content = {**made, "shows_patients": sees_patients}
    if not sees_members:
        content["problems"] = [_without_addresses(problem) for problem in content["problems"]]
    if not sees_patients:
        content["problems"] = [_without_persons(problem) for problem in content["problems"]]
        for name in _OF_PATIENTS:
            rows = [_of_ids(row) for row in made[name]["rows"]]
            content[name] = {**made[name], "rows": rows}
    return content


def _without_addresses(problem: Row) -> Row:
    subjects = [{**one, "name": ""} if one.get("is_invite") else one for one in problem["subjects"]]
    return {**problem, "subjects": subjects}


def _without_persons(problem: Row) -> Row:
    if not problem["is_about_patients"]:
        return problem
    return {**problem, "subjects": [_of_ids(person) for person in problem["subjects"]]}


def _of_ids(row: Row) -> Row:
    """Ids of the patient and of those beside."""
    kept = {name: value for name, value in row.items() if name not in _OF_A_PERSON}
    if "others" in kept:
        kept["others"] = [_of_ids(other) for other in kept["others"]]
    if "conflicts" in kept:
        kept["conflicts"] = [
            {**conflict, "others": [_of_ids(other) for other in conflict["others"]]}
            for conflict in kept["conflicts"]
        ]
    return kept


def named_patients(content: Made) -> list[str]:
    """User ids of those whose data the page shows."""
    return sorted(set(_named(content))) if content["shows_patients"] else []


def _named(content: Made) -> Iterator[str]:
    rows = [row for name in _OF_PATIENTS for row in content[name]["rows"]]
    about = [
        one
        for problem in content["problems"]
        if problem["is_about_patients"]
        for one in problem["subjects"]
    ]
    for row in (*rows, *about):
        yield row["id"]
        yield from (other["id"] for other in row.get("others", ()))
        for conflict in row.get("conflicts", ()):
            yield from (other["id"] for other in conflict["others"])
