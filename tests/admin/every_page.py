"""The address of every page that the staff site registers, with examples for its arguments."""

import itertools
import re

from django.contrib import admin

from tests.admin.crowded import ADDRESS
from tests.admin.test_routes import ARGUMENT, routes

# What a page shows only when it is asked.
QUERIES = {
    "user_lookup": f"q=0.{ADDRESS}",
    "clinic_history": "looks=1",
    "outbox": "state=dead",
    "ehr_run": "state=failed",
}
# Lead to the identity provider; 404 where there is none.
ELSEWHERE = {"login_provider", "login_provider_callback"}


def pages(client, values):
    """Address and answer of each; `values` has examples by the names of arguments. A new page is found by itself."""
    found = {}
    for name, route in routes():
        answers = {path: client.get(path) for path in paths_of(name, route, values)}
        found |= {path: answer for path, answer in answers.items() if is_page(answer)}
        is_lost = all(answer.status_code == 404 for answer in answers.values())
        is_none = not name or name in ELSEWHERE or only_posted(name)
        assert not is_lost or is_none, f"no example leads to {name} ({route})"
    return found


def paths_of(name, route, values):
    arguments = [re.search(r"(\w+)>", argument)[1] for argument in ARGUMENT.findall(route)]
    query = f"?{QUERIES[name]}" if name in QUERIES else ""
    for chosen in itertools.product(*(values[argument] for argument in arguments)):
        given = iter(chosen)
        yield "/admin/" + ARGUMENT.sub(lambda _, given=given: str(next(given)), route) + query


def is_page(answer):
    return answer.status_code == 200 and not answer.streaming and b"<html" in answer.content


def only_posted(name):
    patterns, _, _ = admin.site.urls
    views = [found.callback for found in patterns if getattr(found, "name", "") == name]
    return any(getattr(view, "posts_only", False) for view in views)
