"""Every page that the staff site registers, requested with examples for the arguments of its route."""

import itertools
import re

from django.contrib import admin

from tests.admin.large_data import ADDRESS
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
# Redirect to the identity provider; 404 where there is none.
EXTERNAL = {"login_provider", "login_provider_callback"}


def pages(client, values):
    """Path and response of each page. `values` has examples by argument name. New pages are included automatically."""
    pages_by_path = {}
    for name, route in routes():
        answers = {path: client.get(path) for path in paths_of(name, route, values)}
        pages_by_path |= {path: answer for path, answer in answers.items() if is_page(answer)}
        is_missing = all(answer.status_code == 404 for answer in answers.values())
        may_be_missing = not name or name in EXTERNAL or only_posted(name)
        assert not is_missing or may_be_missing, f"no example leads to {name} ({route})"
    return pages_by_path


def paths_of(name, route, values):
    arguments = [re.search(r"(\w+)>", argument)[1] for argument in ARGUMENT.findall(route)]
    query = f"?{QUERIES[name]}" if name in QUERIES else ""
    for chosen in itertools.product(*(values[argument] for argument in arguments)):
        remaining = iter(chosen)
        yield (
            "/admin/"
            + ARGUMENT.sub(lambda _, remaining=remaining: str(next(remaining)), route)
            + query
        )


def is_page(answer):
    return answer.status_code == 200 and not answer.streaming and b"<html" in answer.content


def only_posted(name):
    patterns, _, _ = admin.site.urls
    views = [pattern.callback for pattern in patterns if getattr(pattern, "name", "") == name]
    return any(getattr(view, "posts_only", False) for view in views)
