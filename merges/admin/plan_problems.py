"""What blocks a merge and what someone should know, each with the page where it is corrected."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from kernel.staff import pages, roles
from merges.admin.plan_parts import Row, View
from merges.plan.model import Patient, Problem, Severity
from merges.plan.patients import mrn_key

MOST_NAMED = 10  # of those whom a problem is about
# Setting of the plan -> the page of a clinic's settings where it is, and who may change that.
_SETTINGS = {
    "Partial SSO*": ("restrictions", roles.INTEGRATION),
    "MRN Required": ("mrn", roles.SETTINGS),
    "MRN Unique": ("mrn", roles.SETTINGS),
    "Timezone": ("timezone", roles.SETTINGS),
}
_PAGES = {"restrictions": "Membership restrictions", "mrn": "MRN settings", "timezone": "Timezone"}
_BY_CLINIC = (
    "{} cannot be changed here: an admin of the clinic does it in the web application, or a service "
    "with UpdateClinic."
)
_BY_OTHERS = "{} can be changed by staff with the role {}."
_LABELS = {"too_many_tags", "tags_alike", "site_name_too_long", "shared_ids"}
_MEMBERS = {"pending_invites", "restrictions", "address_taken", "too_many_admins", "downgraded"}
_PATIENTS = {"mrn_missing", "mrn_in_target", "mrn_in_source", "many_matches"}


def stored(view: View) -> list[Row]:
    """For a reader who sees everything."""
    return [
        {
            "code": problem.code,
            "blocks": problem.severity is Severity.BLOCKS,
            "message": problem.message,
            "advice": problem.advice,
            "is_about_patients": problem.code in _PATIENTS,
            "side": "target" if problem.clinic_id == view.plan.target.id else "source",
            "settings": list(problem.subjects) if problem.code == "settings_mismatch" else [],
            **_subjects(view, problem),
        }
        for problem in view.plan.problems
    ]


def rows(request: HttpRequest, made: Mapping[str, Any]) -> list[Row]:
    """With what this reader can do about each."""
    return [
        {**problem, "links": _links(request, made, problem), "hints": _hints(request, problem)}
        for problem in made["problems"]
    ]


# --- where to correct it --------------------------------------------------------------------------
def _links(request: HttpRequest, made: Mapping[str, Any], problem: Row) -> list[tuple[str, str]]:
    if problem["code"] == "settings_mismatch":
        return _settings_links(request, made, problem)
    name, text = "clinic", "Clinic"
    if problem["code"] in _LABELS:
        name, text = "clinic_labels", "Tags and sites"
    elif problem["code"] in _MEMBERS:
        name, text = "clinic_members", "Members"
    elif problem["code"] in _PATIENTS and pages.has(request, roles.PATIENTS):
        name, text = "clinic_patients", "Patients"
    clinic = made[problem["side"]]
    return [(f"{text} of {clinic['shown_name']}", reverse(f"admin:{name}", args=[clinic["id"]]))]


def _settings_links(
    request: HttpRequest, made: Mapping[str, Any], problem: Row
) -> list[tuple[str, str]]:
    """The pages that the reader may use, each once for both clinics."""
    places = dict.fromkeys(_SETTINGS[name] for name in problem["settings"] if name in _SETTINGS)
    return [
        (
            f"{_PAGES[kind]} of {clinic['shown_name']}",
            reverse("admin:clinic_settings", args=[clinic["id"], kind]),
        )
        for kind, needs in places
        if pages.has(request, needs)
        for clinic in (made["source"], made["target"])
    ]


def _hints(request: HttpRequest, problem: Row) -> list[str]:
    """Who changes those settings that the reader cannot."""
    return [hint for name in problem["settings"] if (hint := _hint(request, name))]


def _hint(request: HttpRequest, setting: str) -> str:
    name = setting.removesuffix("*")
    if setting not in _SETTINGS:
        return _BY_CLINIC.format(name)
    needs = _SETTINGS[setting][1]
    if pages.has(request, needs):
        return ""
    role = next(role for role, permissions in roles.ROLES.items() if needs in permissions)
    return _BY_OTHERS.format(name, role)


# --- whom and what it is about --------------------------------------------------------------------
def _subjects(view: View, problem: Problem) -> dict[str, Any]:
    named = problem.subjects[:MOST_NAMED]
    return {
        "subjects": [_subject(view, problem, subject) for subject in named],
        "more": len(problem.subjects) - len(named),
    }


def _subject(view: View, problem: Problem, subject: str) -> Row:
    if problem.code == "mrn_in_target":
        return _patient_and_others(view, subject)
    if problem.code in _PATIENTS:
        return _patient(view, subject)
    if problem.code in _MEMBERS:
        return _member(view, subject)
    return {"name": subject.removesuffix("*")}


def _patient(view: View, user_id: str) -> Row:
    found = _in_source(view, user_id)
    return view.person(found, view.plan.source) if found else {"id": user_id}


def _in_source(view: View, user_id: str) -> Patient | None:
    return next((p for p in view.plan.source.patients if p.user_id == user_id), None)


def _patient_and_others(view: View, user_id: str) -> Row:
    """With the patients of the target who have the same MRN."""
    found = _in_source(view, user_id)
    if found is None:
        return {"id": user_id}
    key, target = mrn_key(found), view.plan.target
    others = [view.person(p, target) for p in target.patients if mrn_key(p) == key]
    return {**view.person(found, view.plan.source), "others": others[:MOST_NAMED]}


def _member(view: View, subject: str) -> Row:
    clinicians = (*view.plan.source.clinicians, *view.plan.target.clinicians)
    found = next((c for c in clinicians if subject in (c.user_id, c.invite_id)), None)
    if found is None:
        return {"id": subject}
    if found.user_id:
        return {"id": subject, "name": found.name}
    return {"id": subject, "name": found.email, "is_invite": True}
