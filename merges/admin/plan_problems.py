"""What blocks a merge and what someone should know, each with the page where it is corrected."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from kernel.staff import pages, roles
from merges.admin.plan_parts import Row, View
from merges.plan.model import Clinic, Problem, Severity

MOST_NAMED = 10  # of those whom a problem is about
# Setting of the plan -> the part of a clinic's settings in which it is, and who may change that.
_SETTINGS = {
    "Partial SSO*": ("restrictions", roles.INTEGRATION),
    "MRN Required": ("mrn", roles.SETTINGS),
    "MRN Unique": ("mrn", roles.SETTINGS),
    "Timezone": ("timezone", roles.SETTINGS),
}
_LABELS = {"too_many_tags", "tags_alike", "site_name_too_long"}
_MEMBERS = {"pending_invites", "restrictions", "address_taken", "too_many_admins", "downgraded"}
_PATIENTS = {"mrn_missing", "mrn_in_target", "mrn_in_source", "many_matches"}


def rows(request: HttpRequest, view: View) -> list[Row]:
    return [
        {
            "blocks": problem.severity is Severity.BLOCKS,
            "message": problem.message,
            "advice": problem.advice,
            "links": _links(request, view, problem),
            **_subjects(view, problem),
        }
        for problem in view.plan.problems
    ]


# --- where to correct it --------------------------------------------------------------------------
def _links(request: HttpRequest, view: View, problem: Problem) -> list[tuple[str, str]]:
    if problem.code == "settings_mismatch":
        return _settings_links(request, view, problem)
    clinic = _clinic_of(view, problem)
    name, text = "clinic", "Clinic"
    if problem.code in _LABELS:
        name, text = "clinic_labels", "Tags and sites"
    elif problem.code in _MEMBERS:
        name, text = "clinic_members", "Members"
    elif problem.code in _PATIENTS and view.shows_patients:
        name, text = "clinic_patients", "Patients"
    return [(f"{text} of {clinic.name or clinic.id}", reverse(f"admin:{name}", args=[clinic.id]))]


def _clinic_of(view: View, problem: Problem) -> Clinic:
    is_target = problem.clinic_id == view.plan.target.id
    return view.plan.target if is_target else view.plan.source


def _settings_links(request: HttpRequest, view: View, problem: Problem) -> list[tuple[str, str]]:
    """Each page once, for both clinics; the clinic's page for what the reader may not change, or no one here."""
    links: dict[str, str] = {}
    for setting in problem.subjects:
        kind, needs = _SETTINGS.get(setting, ("", ""))
        for clinic in (view.plan.source, view.plan.target):
            if kind and pages.has(request, needs):
                url = reverse("admin:clinic_settings", args=[clinic.id, kind])
            else:
                url = reverse("admin:clinic", args=[clinic.id])
            links.setdefault(url, f"{setting.removesuffix('*')} of {clinic.name or clinic.id}")
    return [(text, url) for url, text in links.items()]


# --- whom and what it is about --------------------------------------------------------------------
def _subjects(view: View, problem: Problem) -> dict[str, Any]:
    named = problem.subjects[:MOST_NAMED]
    return {
        "subjects": [_subject(view, problem, subject) for subject in named],
        "more": len(problem.subjects) - len(named),
    }


def _subject(view: View, problem: Problem, subject: str) -> Row:
    if problem.code in _PATIENTS:
        return _patient(view, subject)
    if problem.code in _MEMBERS:
        return _member(view, subject)
    return {"name": subject.removesuffix("*")}


def _patient(view: View, user_id: str) -> Row:
    found = next((p for p in view.plan.source.patients if p.user_id == user_id), None)
    return view.person(found, view.plan.source) if found else {"id": user_id}


def _member(view: View, subject: str) -> Row:
    clinicians = (*view.plan.source.clinicians, *view.plan.target.clinicians)
    for clinician in clinicians:
        if clinician.user_id == subject and clinician.name:
            return {"name": clinician.name, "id": subject}
    return {"id": subject}
