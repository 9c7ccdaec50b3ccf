"""Every staff page in a real browser, full of what is long: nothing is cut off, broken up or complained about."""

import pytest
from django.contrib.auth.models import User

from tests.admin import browser as chromium
from tests.admin import layout
from tests.admin.conftest import PASSWORD
from tests.admin.crowded import ADDRESS, Crowd
from tests.admin.every_page import pages
from tests.cast import QuickClient

pytestmark = [pytest.mark.walk, pytest.mark.browser, chromium.IS_THERE]


def test_every_page_is_whole_on_a_laptop_and_on_a_phone(django_db_setup):
    """A new page is in the walk by itself; one with a new argument fails until `Crowd.values` knows it."""
    crowd = Crowd()
    root = User.objects.create_superuser("root", ADDRESS, PASSWORD)
    client = QuickClient()
    client.force_login(root)
    paths = pages(client, crowd.values)
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
        wrong += submit(browser, "/admin/sent-mails/", address="ada@example")
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
