"""Every staff page in a real browser, full of what is long: nothing is cut off, broken up or complained about."""

import itertools
import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from tests.admin import browser as chromium
from tests.admin import layout
from tests.admin.conftest import PASSWORD
from tests.admin.crowded import ADDRESS, Crowd
from tests.admin.test_routes import ARGUMENT, routes
from tests.cast import QuickClient

pytestmark = [pytest.mark.browser, chromium.IS_THERE]
# What a page shows only when it is asked.
QUERIES = {
    "user_lookup": f"q=0.{ADDRESS}",
    "clinic_history": "looks=1",
    "outbox": "state=dead",
    "ehr_run": "state=failed",
}
# Lead to the identity provider; 404 where there is none.
ELSEWHERE = {"login_provider", "login_provider_callback"}


def test_every_page_is_whole_on_a_laptop_and_on_a_phone(django_db_setup):
    """A new page is in the walk by itself; one with a new argument fails until `Crowd.values` knows it."""
    crowd = Crowd()
    root = User.objects.create_superuser("root", ADDRESS, PASSWORD)
    paths = pages(root, crowd.values)
    assert len(paths) > 50
    site = chromium.Site()
    browser = chromium.Browser(site)
    try:
        wrong = walk(browser, [*paths, "/admin/clinics/nothing/"])
        wrong += submit(
            browser, f"/admin/clinics/{crowd.clinic['_id']}/settings/limits", hard_plan="12"
        )
        wrong += submit(
            browser, f"/admin/clinics/{crowd.clinic['_id']}/settings/limits", hard_plan="-1"
        )
        wrong += submit(browser, "/admin/sent-mails/", address=ADDRESS)
    finally:
        browser.quit()
        site.stop()
    assert not wrong, "\n".join(wrong)


def walk(browser, paths):
    browser.open("/admin/")
    wrong = layout.faults(browser)
    browser.log_in("root", PASSWORD)
    for path in paths:
        browser.open(path)
        wrong += look(browser)
    return wrong


def submit(browser, path, **fields):
    browser.open(path)
    for name, value in fields.items():
        browser.fill(name, value)
    browser.click(".st-page .st-primary")
    return look(browser)


def look(browser):
    path = browser.path
    complaints = [text for text in browser.complaints() if "status of 4" not in text]
    return layout.faults(browser) + [f"{path}: {text}" for text in complaints]


def pages(user, values):
    """The address of every page, by the names of its arguments."""
    client = QuickClient()
    client.force_login(user)
    found = []
    for name, route in routes():
        answers = {path: client.get(path) for path in paths_of(name, route, values)}
        found += [path for path, answer in answers.items() if is_page(answer)]
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
