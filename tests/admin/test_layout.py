"""Every staff page, and every answer to a posted form, in a real browser, with long data: nothing is cut off or broken
up, on paper neither, the console is silent, and axe finds nothing serious, light or dark."""

import html
import re

import pytest
from django.contrib.auth.models import User

from tests.admin import accessibility, layout
from tests.admin import browser as chromium
from tests.admin.all_pages import pages, reviews
from tests.admin.conftest import PASSWORD
from tests.admin.large_data import ADDRESS, LargeData
from tests.cast import QuickClient

pytestmark = [pytest.mark.walk, pytest.mark.browser, chromium.NEEDS_CHROMIUM]


@pytest.mark.timeout(600)
def test_every_page_fits_on_a_laptop_and_on_a_phone(django_db_setup):
    """New pages are included automatically; one with a new argument fails until `LargeData.values` has it."""
    data = LargeData()
    root = User.objects.create_superuser("root", ADDRESS, PASSWORD)
    client = QuickClient()
    client.force_login(root)
    paths = pages(client, data.values)
    assert len(paths) > 50
    posted = {kind_of(review): review for review in reviews(client, paths)}
    assert {"clinics/staff/settings_review.html", "patients/staff/demographics.html"} <= {
        template for template, _ in posted
    }
    site = chromium.Site()
    browser = chromium.Browser(site)
    try:
        faults = walk(
            browser, [*paths, "/admin/clinics/nothing/"], judged=first_of_each_template(paths)
        )
        browser.open("/admin/")
        for review in posted.values():
            browser.send(review.action, review.fields)
            assert browser.driver.title == title_of(review.answer)
            faults += faults_of_page(browser) + accessibility.faults(browser)
        faults += submit(
            browser, f"/admin/clinics/{data.clinic['_id']}/settings/limits", hard_plan="12"
        )
        faults += submit(
            browser, f"/admin/clinics/{data.clinic['_id']}/settings/limits", hard_plan="-1"
        )
        faults += submit(browser, "/admin/sent-mails/", address=ADDRESS)
        faults += submit(browser, "/admin/sent-mails/", address="ada@example")
    finally:
        browser.quit()
        site.stop()
    assert not faults, "\n".join(faults)


def kind_of(review):
    """What is drawn: answers of one kind look alike."""
    return str(review.answer.template_name), review.answer.context_data["title"]


def title_of(answer):
    text = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL)[1]
    return " ".join(html.unescape(text).split())


def first_of_each_template(pages):
    """Judging takes a second, and pages of one template have the same labels, headings and colours, but for those with
    other columns."""
    firsts = {str(answer.template_name): path for path, answer in reversed(pages.items())}
    return {*firsts.values(), *(path for path in pages if "columns=" in path)}


def walk(browser, paths, judged):
    browser.open("/admin/")
    faults = layout.faults(browser) + accessibility.faults(browser)
    browser.log_in("root", PASSWORD)
    for path in paths:
        browser.open(path)
        faults += faults_of_page(browser)
        if path in judged:
            faults += accessibility.faults(browser) + layout.faults_on_paper(browser)
    return faults


def submit(browser, path, **fields):
    browser.open(path)
    for name, value in fields.items():
        browser.fill(name, value)
    browser.click(".st-page .st-primary")
    return faults_of_page(browser)


def faults_of_page(browser):
    path = browser.path
    complaints = [text for text in browser.complaints() if "status of 4" not in text]
    return layout.faults(browser) + [f"{path}: {text}" for text in complaints]
