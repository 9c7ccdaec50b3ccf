"""Every page that the staff site registers, requested with examples for the arguments of its route."""

import itertools
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpResponse

from tests.admin.conftest import is_kept_search, quick_failures
from tests.admin.large_data import ADDRESS, ALL_COLUMNS, LONG_NAME
from tests.admin.posted_forms import forms_of
from tests.admin.test_routes import ARGUMENT, routes

# Queries without which a page does not show everything.
QUERIES = {
    "user_lookup": f"q=0.{ADDRESS}",
    "clinic_history": "looks=1",
    "accesses": "patient=0123456789",
    "outbox": "state=dead",
    "ehr_run": "state=failed",
    "merge_choose": "source=Lakeside",
}
# Queries with which a page looks otherwise, beside that without one: all columns, and as many wide ones as have paper.
ALSO = {
    "clinic_patients": [
        urlencode({"columns": names}, doseq=True)
        for names in (
            ALL_COLUMNS,
            ["email", "mrn", "tags", "sites", "sources", "issue"],
        )
    ]
}
# Left empty in every form, and given another value than the stored one.
REASONS = {"reason"}
CHANGES = {
    "hard_plan": "12", "soft_plan": "11", "tier": "tier0300", "timezone": "Europe/Berlin", "name": "Harbor Center of another name",
    "fullName": "Another Name", "q": "Lake", "source_id": "0d6c2b7e-55d1-4a53-9b7e-2f6a1c0e9d11", "restrictions": "elsewhere.example.org", "limit": "0", "to": LONG_NAME,
}  # fmt: skip
UNTICKED = {"required", "unique", "patient_invitation", "icode"}
# Forms of Django, and those that end the session or change how this account signs in.
EXCEPT = (
    "/admin/logout",
    "/admin/auth/",
    "/admin/sign-in",
    "/admin/password_change",
    "/admin/login",
)
FIND = "/admin/find/"
# Redirect to the identity provider; 404 where there is none.
EXTERNAL = {"login_provider", "login_provider_callback"}


def pages(client, values):
    """Path and response of each page. `values` has examples by argument name. New pages are included automatically.

    Most combinations of examples lead nowhere.
    """
    pages_by_path = {}
    for name, route in routes():
        with quick_failures():
            answers = {path: opened(client, path) for path in paths_of(name, route, values)}
        pages_by_path |= {path: answer for path, answer in answers.items() if is_page(answer)}
        is_missing = all(answer.status_code == 404 for answer in answers.values())
        assert not is_missing or may_be_missing(name), f"no example leads to {name} ({route})"
    return pages_by_path


def may_be_missing(name):
    return not name or name in EXTERNAL or only_posted(name)


def opened(client, path):
    """With a search, the page that the address with its key leads to."""
    answer = client.get(path)
    return client.get(answer.headers["Location"]) if is_kept_search(answer) else answer


@dataclass(frozen=True)
class Review:
    """A page that answers a posted form: a difference, a preview, a confirmation or a refusal."""

    action: str  # where it was sent
    fields: dict  # what was sent
    answer: HttpResponse


def reviews(client, pages_by_path):
    """Sends every posted form of these pages as it is, but for REASONS and CHANGES, and gives those that are answered
    by a page. Whatever asks for a reason is refused for its lack, so that nothing is removed."""
    for path, page in pages_by_path.items():
        for form in forms_of(page):
            if form.action.startswith(EXCEPT) or is_search_of_every_page(form, path):
                continue
            fields = {**form.values, **dict.fromkeys(REASONS & form.values.keys(), "")}
            fields |= {name: value for name, value in CHANGES.items() if name in fields}
            fields = {name: value for name, value in fields.items() if name not in UNTICKED}
            action = form.action or path
            answer = client.post(action, fields)
            if is_page(answer):
                yield Review(action, fields, answer)


def is_search_of_every_page(form, path):
    return form.action == FIND and not path.startswith(FIND)


def paths_of(name, route, values):
    arguments = [re.search(r"(\w+)>", argument)[1] for argument in ARGUMENT.findall(route)]
    queries = [QUERIES.get(name, ""), *ALSO.get(name, [])]
    of_arguments = itertools.product(*(values[argument] for argument in arguments))
    for chosen, query in itertools.product(of_arguments, queries):
        remaining = iter(chosen)
        yield (
            "/admin/"
            + ARGUMENT.sub(lambda _, remaining=remaining: str(next(remaining)), route)
            + (query and f"?{query}")
        )


def is_page(answer):
    return answer.status_code == 200 and not answer.streaming and b"<html" in answer.content


def only_posted(name):
    patterns, _, _ = admin.site.urls
    views = [pattern.callback for pattern in patterns if getattr(pattern, "name", "") == name]
    return any(getattr(view, "posts_only", False) for view in views)
